import { setTimeout as sleep } from "node:timers/promises";
import { create, mergePatch, remove } from "../../src/lab/cluster/objects.ts";
import { EnforcerLog } from "./enforcer-log.ts";
import { machineNow } from "./protocol.ts";
import { NAMESPACE, type Rig, podObject } from "./rig.ts";
import type { Stream } from "./stream.ts";

/** What is measured, each in milliseconds. */
export const events = [
  "created, drops",
  "created, allows",
  "peer gone",
  "pod reachable",
  "inside: policy",
  "inside: peer",
] as const;
export type Event = (typeof events)[number];
export type Samples = Readonly<Record<Event, readonly number[]>>;

const policy = (name: string, spec: object): Readonly<Record<string, unknown>> => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { namespace: NAMESPACE, name },
  spec,
});
const DENY = policy("deny", { podSelector: { matchLabels: { app: "server" } } });
const ALLOW = policy("allow", {
  podSelector: { matchLabels: { app: "server" } },
  ingress: [{ from: [{ podSelector: { matchLabels: { peer: "yes" } } }], ports: [{ protocol: "UDP" }] }],
});
const NEWCOMER = policy("newcomer", {
  podSelector: { matchLabels: { app: "newcomer" } },
  ingress: [{ from: [{ podSelector: { matchLabels: { app: "client" } } }] }],
});
const podPath = (name: string): string => `/api/v1/namespaces/${NAMESPACE}/pods/${name}`;
const ref = (kind: string, name: string) => ({
  apiVersion: kind === "Pod" ? "v1" : "networking.k8s.io/v1",
  kind,
  namespace: NAMESPACE,
  name,
});

/** A quiet moment between two events, not in step with anything. */
const rest = (): Promise<void> => sleep(20 + Math.random() * 60);

/**
 * From before the request is sent to the first packet that is judged otherwise: of packets that are a millisecond apart, the
 * first that is dropped, or passes.
 */
async function timed(
  stream: Stream,
  towards: "open" | "closed",
  change: () => Promise<unknown>,
): Promise<number> {
  const last = await stream.last();
  const began = machineNow();
  const [at] = await Promise.all([
    towards === "open" ? stream.untilOpen(last) : stream.untilClosed(),
    change(),
  ]);
  return at - began;
}

/** One round: policies are made and unmade for the server, its peer is relabelled, and the newcomer goes and comes. */
async function round(rig: Rig, log: EnforcerLog, samples: Record<Event, number[]>): Promise<void> {
  const { client } = rig.control;
  const label = (peer: string): Promise<void> =>
    mergePatch(client, podPath("client"), { metadata: { labels: { peer } } });
  const note = async (
    event: Event,
    stream: Stream,
    towards: "open" | "closed",
    change: () => Promise<unknown>,
  ) => {
    samples[event].push(await timed(stream, towards, change));
  };
  const inside = async (event: Event): Promise<void> => {
    const [first] = await log.applied();
    if (first !== undefined) samples[event].push(first.milliseconds);
  };
  await log.applied();
  await note("created, drops", rig.server, "closed", () => create(client, DENY));
  await inside("inside: policy");
  await rest();
  await log.applied();
  await note("created, allows", rig.server, "open", () => create(client, ALLOW));
  await inside("inside: policy");
  await rest();
  await log.applied();
  await note("peer gone", rig.server, "closed", () => label("no"));
  await inside("inside: peer");
  const closed = await rig.server.last();
  await Promise.all([
    remove(client, ref("NetworkPolicy", "allow")),
    remove(client, ref("NetworkPolicy", "deny")),
  ]);
  await label("yes");
  await rig.server.untilOpen(closed);
  await remove(client, ref("Pod", "newcomer"));
  await rig.newcomer.untilClosed();
  await create(client, podObject("newcomer"));
  await rest();
  const { v4, v6 } = rig.newcomerAt;
  const status = { phase: "Running", podIP: v4, podIPs: [{ ip: v4 }, { ip: v6 }] };
  await note("pod reachable", rig.newcomer, "open", () =>
    mergePatch(client, `${podPath("newcomer")}/status`, { status }),
  );
  await rest();
}

/** So many rounds, after a few that nobody counts. */
export async function measure(rig: Rig, rounds: number, onRound: (done: number) => void): Promise<Samples> {
  const log = new EnforcerLog(rig.enforcer.logFile);
  await create(rig.control.client, NEWCOMER);
  const empty = (): Record<Event, number[]> =>
    Object.fromEntries(events.map((event) => [event, []])) as unknown as Record<Event, number[]>;
  for (let warm = 0; warm < 5; warm += 1) await round(rig, log, empty());
  const samples = empty();
  for (let done = 1; done <= rounds; done += 1) {
    await round(rig, log, samples);
    onRound(done);
  }
  return samples;
}
