import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nodeFolder } from "./node-configs.ts";
import { type ClusterShape, plan } from "./shape.ts";
import { until } from "./until.ts";

/**
 * The node's CNI configuration, as flannel's own CNI plugin would hand it to `bridge` and `host-local`. The plugin itself,
 * which only translates `subnet.env` into this, is a module that not every Go proxy has.
 */
export async function writeConflist(
  shape: ClusterShape,
  node: string,
  podCidrs: readonly string[],
): Promise<void> {
  const env = join(nodeFolder(node), "fs/run/flannel/subnet.env");
  const text = await until(`flanneld of ${node} has its subnet`, async () =>
    existsSync(env) ? readFile(env, "utf8") : undefined,
  );
  const mtu = Number(/^FLANNEL_MTU=(\d+)$/m.exec(text)?.[1]);
  const routes = [plan.pods.v4, ...(shape.dualStack ? [plan.pods.v6] : [])].map((dst) => ({ dst }));
  const conflist = {
    name: "cbr0",
    cniVersion: "0.3.1",
    plugins: [
      {
        type: "bridge",
        bridge: "cni0",
        hairpinMode: true,
        isGateway: true,
        isDefaultGateway: true,
        ipMasq: false,
        mtu,
        ipam: { type: "host-local", ranges: podCidrs.map((subnet) => [{ subnet }]), routes },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
  const folder = join(nodeFolder(node), "fs/etc/cni/net.d");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "10-flannel.conflist"), JSON.stringify(conflist));
}
