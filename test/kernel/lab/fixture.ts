import { randomUUID } from "node:crypto";

import { hostPort } from "../../../src/lab/kube-proxy/facts.ts";
import type { AgentHandle } from "../../../src/lab/agent/handle.ts";
import type { Outcome } from "../../../src/lab/agent/protocol.ts";
import { DEADLINE_MS } from "../../../src/lab/prober.ts";
import type { LabPod } from "../../../src/lab/pod.ts";
import type { PodPort, PodSpec } from "../../../src/lab/pod-spec.ts";

/** A pod `t/NAME` on TCP 80 and UDP 53, unless told otherwise. */
export function podSpec(name: string, more: Partial<PodSpec> = {}): PodSpec {
  const ports: readonly PodPort[] = [
    { name: "http", protocol: "TCP", containerPort: 80 },
    { name: "dns", protocol: "UDP", containerPort: 53 },
  ];
  return { namespace: "t", name, uid: randomUUID(), ports, ...more };
}

/** What became of a probe, in a word: who answered, or why nobody did. */
export async function ask(
  from: AgentHandle,
  protocol: "TCP" | "UDP" | "ICMP",
  address: string,
  port = 0,
  source?: string,
): Promise<string> {
  const target = {
    protocol,
    address,
    port,
    deadlineMs: DEADLINE_MS,
    ...(source === undefined ? {} : { source }),
  };
  return word(await from.probe(target));
}

/** As `ask`, for each of several probes at once, by `PROTO address:port`. */
export async function askAll(
  from: AgentHandle,
  probes: readonly (readonly ["TCP" | "UDP", string, number])[],
): Promise<Record<string, string>> {
  const answers = await Promise.all(
    probes.map(async ([protocol, address, port]) => {
      return [`${protocol} ${hostPort(address, port)}`, await ask(from, protocol, address, port)] as const;
    }),
  );
  return Object.fromEntries(answers);
}

/** Both families of a pod, TCP 80 and UDP 53. */
export function everyWayTo({ addresses }: LabPod): (readonly ["TCP" | "UDP", string, number])[] {
  return [addresses.v4, addresses.v6].flatMap((address) => [
    ["TCP", address, 80] as const,
    ["UDP", address, 53] as const,
  ]);
}

/** An outcome in a word. */
export function word(outcome: Outcome): string {
  switch (outcome.kind) {
    case "answered":
      return outcome.by;
    case "error":
      return outcome.message;
    case "timeout":
    case "refused":
      return outcome.kind;
  }
}

/** The distinct values of a record. */
export function distinct(answers: Readonly<Record<string, string>>): string[] {
  return [...new Set(Object.values(answers))];
}

/** The value, or an exception: what a test's own set-up is sure of. */
export function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the fixture promised a value");
  return value;
}
