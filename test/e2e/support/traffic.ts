import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Stream, type StreamCount, type StreamEnd, type StreamWay } from "../../../src/lab/prober/stream.ts";
import type { RunningPod } from "./pod.ts";

/** What became of new connections that went on while something happened. */
export interface TrafficResult {
  readonly allowed: { readonly sent: number; readonly lost: number };
  readonly denied: { readonly sent: number; readonly leaked: number };
}

const endOf = ({ name, netnsPath, ip, ipv6 }: RunningPod): StreamEnd => ({
  name,
  netnsPath,
  // On a cluster of one family there is no way to it: it is never sent, and not counted.
  addresses: { v4: ip, v6: ipv6 ?? "fd00:dead::1" },
});

const isIn =
  (ways: readonly StreamWay["from"][]) =>
  ({ way }: StreamCount): boolean =>
    ways.includes(`${way.from} ${way.to}`);

/**
 * Sends new connections, UDP and TCP, between pods while `happens` does, and for a second longer. `allowed` and `denied`
 * name ways as "from to"; the first must lose nothing, the second let nothing through.
 */
export async function underTraffic(
  pods: readonly RunningPod[],
  { allowed, denied }: { readonly allowed: readonly string[]; readonly denied: readonly string[] },
  happens: () => Promise<unknown>,
): Promise<TrafficResult> {
  const folder = await mkdtemp(join(tmpdir(), "selvedge-traffic-"));
  const ways = new Set([...allowed, ...denied]);
  const stream = await Stream.start({
    lab: "onrealk8s",
    ends: pods.map(endOf),
    rate: 300,
    windowFile: join(folder, "window"),
    isSent: (from, to) => ways.has(`${from.name} ${to.name}`),
  });
  try {
    await stream.window(1);
    await sleep(1_000);
    await happens();
    await sleep(1_000);
    await stream.window(0);
    // What is on its way arrives, and is told.
    await sleep(2_000);
  } finally {
    await stream.close();
    await rm(folder, { recursive: true });
  }
  const counts = stream.counts().filter(({ window }) => window === 1);
  const sum = (of: readonly StreamCount[], what: "sent" | "received"): number =>
    of.reduce((total, count) => total + count[what], 0);
  const [good, bad] = [counts.filter(isIn(allowed)), counts.filter(isIn(denied))];
  return {
    allowed: { sent: sum(good, "sent"), lost: sum(good, "sent") - sum(good, "received") },
    denied: { sent: sum(bad, "sent"), leaked: sum(bad, "received") },
  };
}
