import { randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { AgentHandle } from "./agent/handle.ts";
import { hostInterface, podAddresses } from "./cni/result.ts";
import { mapLimit } from "./map-limit.ts";
import { netnsPath, podNetns } from "./names.ts";
import type { LabNode } from "./node.ts";
import type { PodRecord, PodSpec } from "./pod-spec.ts";
import { killMarked } from "./processes.ts";
import { attachSandbox, checkSandbox, createSandbox, removeSandbox, type Sandbox } from "./sandbox.ts";
import { agentSocket, startAgent, type RunningAgent } from "./start-agent.ts";

/** A pod that runs. */
export interface LabPod extends PodRecord {
  readonly namespace: string;
  readonly name: string;
  readonly labNode: LabNode;
  readonly agent: AgentHandle;
}

// Each start forks some eight short processes; more at once only makes each slower.
const STARTS_AT_ONCE = 4;

/** Where the records of a lab's pods are kept. */
export function podsDir(labDir: string): string {
  return join(labDir, "pods");
}

/**
 * Runs a pod: a network namespace, CNI ADD of loopback and of the pod network, and the agent on its ports.
 * The agent does not wait for ADD: from the first moment that a packet can reach the pod there is somebody to
 * answer it, so that nothing that leaks at a pod's start goes unseen.
 */
export async function startPod(node: LabNode, spec: PodSpec): Promise<LabPod> {
  const sandboxId = randomBytes(32).toString("hex");
  const start = spec.hostNetwork === true ? startOnHost : startInSandbox;
  const { agent, pid, ...network } = await start({ node, spec, id: sandboxId });
  const record: PodRecord = { spec, node: node.name, sandboxId, agentPid: pid, ...network };
  await mkdir(podsDir(node.lab.dir), { recursive: true });
  await writeFile(recordFile(node, sandboxId), JSON.stringify(record));
  return podOf(node, record, agent);
}

/** Runs several pods, a few at a time, each on its node. */
export function startPods(
  pods: readonly { readonly node: LabNode; readonly spec: PodSpec }[],
): Promise<LabPod[]> {
  return mapLimit(pods, STARTS_AT_ONCE, ({ node, spec }) => startPod(node, spec));
}

/** A pod whose agent runs. */
export function podOf(node: LabNode, record: PodRecord, agent: AgentHandle): LabPod {
  return { ...record, namespace: record.spec.namespace, name: record.spec.name, labNode: node, agent };
}

/** CNI CHECK of the pod: an exception says what of its network is not as ADD left it. */
export async function checkPod(pod: LabPod): Promise<void> {
  if (pod.spec.hostNetwork !== true) await checkSandbox(sandboxOf(pod));
}

/** Ends a pod as a runtime does: its process, CNI DEL in reverse, its network namespace. */
export async function stopPod(pod: LabPod): Promise<void> {
  pod.agent.disconnect();
  killMarked(pod.labNode.lab.name, pod.agentPid);
  if (pod.spec.hostNetwork !== true) await removeSandbox(sandboxOf(pod));
  await rm(agentSocket(pod.labNode.lab, agentId(pod.sandboxId)), { force: true });
  await rm(recordFile(pod.labNode, pod.sandboxId), { force: true });
}

/** The name of a pod's agent among the lab's. */
export function agentId(sandboxId: string): string {
  return sandboxId.slice(0, 12);
}

type Started = RunningAgent & Pick<PodRecord, "addresses" | "hostInterface">;

async function startOnHost({ node, spec, id }: Sandbox): Promise<Started> {
  const { v4, v6 } = node.addresses;
  const running = await startPodAgent(node, spec, id, node.netnsPath, [v4, v6]);
  return { ...running, addresses: node.addresses };
}

async function startInSandbox(sandbox: Sandbox): Promise<Started> {
  const { node, spec, id } = sandbox;
  await createSandbox(sandbox);
  const path = netnsPath(podNetns(node.lab.name, id));
  const parts = [startPodAgent(node, spec, id, path, ["::"]), attachSandbox(sandbox)] as const;
  try {
    const [running, result] = await Promise.all(parts);
    const veth = hostInterface(result);
    return {
      ...running,
      addresses: podAddresses(result),
      ...(veth === undefined ? {} : { hostInterface: veth }),
    };
  } catch (error) {
    const [running] = await Promise.allSettled(parts);
    if (running.status === "fulfilled") killMarked(node.lab.name, running.value.pid);
    // What failed first is the news; the address that it may hold must not stay behind.
    await removeSandbox(sandbox).catch(() => undefined);
    throw error;
  }
}

function startPodAgent(
  { lab }: LabNode,
  spec: PodSpec,
  sandboxId: string,
  path: string,
  addresses: readonly string[],
): Promise<RunningAgent> {
  const ports = spec.ports.map(({ protocol, containerPort }) => ({ protocol, port: containerPort }));
  const name = `${spec.namespace}/${spec.name}`;
  return startAgent(lab, { id: agentId(sandboxId), netnsPath: path, name, addresses, ports });
}

function sandboxOf({ labNode, spec, sandboxId }: LabPod): Sandbox {
  return { node: labNode, spec, id: sandboxId };
}

function recordFile({ lab }: LabNode, sandboxId: string): string {
  return join(podsDir(lab.dir), `${agentId(sandboxId)}.json`);
}
