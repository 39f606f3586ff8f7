import { unpacked } from "../build/debian-packages.ts";
import { run } from "../build/run.ts";
import { inNode } from "./in-node.ts";

/** Hands an image archive to every node's containerd, in the place of a registry. */
export async function importImage(nodes: readonly string[], archive: string): Promise<void> {
  await Promise.all(
    nodes.map(async (node) => {
      const [command = "", ...args] = await inNode(node);
      const ctr = [`${unpacked.containerd}/ctr`, "-n", "k8s.io", "images", "import", archive];
      await run(command, [...args, ...ctr]);
    }),
  );
}
