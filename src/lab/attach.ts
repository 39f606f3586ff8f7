import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { nodeAddressing, OUTSIDE_ADDRESSES } from "./addressing.ts";
import { AgentHandle } from "./agent/handle.ts";
import { findCniDir } from "./cni/path.ts";
import type { LabContext, LabShape } from "./context.ts";
import { markedExec } from "./enter.ts";
import { labFile, type Lab } from "./lab.ts";
import { DEFAULT_LAB, labDir } from "./names.ts";
import { holderFile, nodeOf } from "./node.ts";
import { agentId, podOf, podsDir, type LabPod } from "./pod.ts";
import type { PodRecord } from "./pod-spec.ts";
import { agentSocket } from "./start-agent.ts";

/** Comes back to a lab that an earlier process left standing; an exception if it does not stand whole. */
export async function attachLab(
  name: string = DEFAULT_LAB,
): Promise<{ readonly lab: Lab; readonly pods: readonly LabPod[] }> {
  const dir = labDir(name);
  const { nodes, ...shape } = await readJson<LabShape & { readonly nodes: number }>(labFile(dir));
  const cniDir = findCniDir() ?? "";
  const context: LabContext = { name, dir, ...shape, cniDir, exec: markedExec(name) };
  const agentOf = (id: string, agentName: string): Promise<AgentHandle> =>
    AgentHandle.connect(agentName, agentSocket(context, id));
  const labNodes = await Promise.all(
    Array.from({ length: nodes }, async (_, i) => {
      const addressing = nodeAddressing(i + 1);
      const holderPid = Number(await readFile(holderFile(join(dir, addressing.name)), "utf8"));
      return nodeOf(context, addressing, holderPid);
    }),
  );
  const records = await Promise.all(
    (await readdir(podsDir(dir)).catch(() => [])).map((file) =>
      readJson<PodRecord>(join(podsDir(dir), file)),
    ),
  );
  const pods = await Promise.all(
    records.map(async (record) => {
      const node = labNodes.find((candidate) => candidate.name === record.node);
      if (node === undefined) throw new Error(`lab ${name}: pod ${record.spec.name} on no node of it`);
      const { namespace, name: podName } = record.spec;
      return podOf(node, record, await agentOf(agentId(record.sandboxId), `${namespace}/${podName}`));
    }),
  );
  const outside = { addresses: OUTSIDE_ADDRESSES, agent: await agentOf("outside", "outside") };
  const nodeAgents = await Promise.all(labNodes.map((node) => agentOf(node.name, node.name)));
  return { lab: { ...context, nodes: labNodes, outside, nodeAgents }, pods };
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, "utf8")) as T;
}
