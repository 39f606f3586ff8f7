import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execOrThrow, prefixExec } from "../../src/kernel/exec.ts";
import { inNetns } from "../../src/lab/enter.ts";
import { ipBatch } from "../../src/lab/fabric.ts";
import type { Lab } from "../../src/lab/lab.ts";
import { netnsPath, netnsPrefix } from "../../src/lab/names.ts";
import { spreadOf } from "./statistics.ts";

/** Packets a second that the generator sends on one core to a receiver at the other end of its own wire. */
export async function generatorRate(lab: Lab, generator: string): Promise<number> {
  const [from, to] = [`${netnsPrefix(lab.name)}ga`, `${netnsPrefix(lab.name)}gb`];
  await execOrThrow(lab.exec, {
    command: "ip",
    args: ["-batch", "-"],
    input: `netns add ${from}\nnetns add ${to}\n`,
  });
  await ipBatch(lab, from, [`link add eth0 type veth peer name eth0 netns ${to}`, "link set eth0 up"]);
  await ipBatch(lab, to, ["link set eth0 up"]);
  const flows = join(lab.dir, "flows-alone");
  await writeFile(flows, "192.0.2.1 192.0.2.2 9\n");
  const out = await execOrThrow(prefixExec(lab.exec, inNetns(netnsPath(from))), {
    command: generator,
    args: [netnsPath(to), "new", flows, "262144", "500"],
  });
  const [, , ...slices] = out.trim().split("\n").map(Number);
  return 1e9 / spreadOf(slices).median;
}
