import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { Stream, type StreamCount, type StreamEnd } from "../../../src/lab/prober/stream.ts";
import type { RunningPod } from "./pod.ts";

/** What became of new connections that went on while something happened. */
export interface TrafficResult {
  readonly allowed: { readonly sent: number; readonly lost: number };
  readonly denied: { readonly sent: number; readonly leaked: number };
  /** The ways by which something got lost or leaked, for people. */
  readonly odd: readonly string[];
}

const endOf = ({ name, netnsPath, ip, ipv6 }: RunningPod): StreamEnd => ({
  name,
  netnsPath,
  // On a cluster of one family there is no way to it: it is never sent, and not counted.
  addresses: { v4: ip, v6: ipv6 ?? "fd00:dead::1" },
});

/** So long, in milliseconds, may take what was received to be told. */
const PATIENCE = 10_000;

const wayText = ({ way, sent, received }: StreamCount): string =>
  `${way.protocol} ${way.family} ${way.from} -> ${way.to}: ${received} of ${sent} arrived`;

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
  const counts = (of: readonly string[]): StreamCount[] =>
    stream.counts().filter(({ window, way }) => window === 1 && of.includes(`${way.from} ${way.to}`));
  const lost = (): StreamCount[] => counts(allowed).filter(({ sent, received }) => received < sent);
  try {
    await stream.window(1);
    await sleep(1_000);
    await happens();
    await sleep(1_000);
    await stream.window(0);
    // What leaks may be on its way. And on a busy machine, what is received is told late.
    await sleep(2_000);
    for (const patience = Date.now() + PATIENCE; lost().length > 0 && Date.now() < patience;)
      await sleep(200);
  } finally {
    await stream.close();
    await rm(folder, { recursive: true });
  }
  const sum = (of: readonly StreamCount[], what: "sent" | "received"): number =>
    of.reduce((total, count) => total + count[what], 0);
  const [good, bad] = [counts(allowed), counts(denied)];
  return {
    allowed: { sent: sum(good, "sent"), lost: sum(good, "sent") - sum(good, "received") },
    denied: { sent: sum(bad, "sent"), leaked: sum(bad, "received") },
    odd: [...lost(), ...bad.filter(({ received }) => received > 0)].map((count) => wayText(count)),
  };
}

/** Says how it went, and fails if anything leaked or got lost. */
export function expectTight(what: string, { allowed, denied, odd }: TrafficResult): void {
  console.log(
    [
      `${what}: ${allowed.lost} of ${allowed.sent} allowed lost, ${denied.leaked} of ${denied.sent} denied leaked`,
      ...odd,
    ].join("\n"),
  );
  expect(allowed.sent).toBeGreaterThan(100);
  expect(denied.sent).toBeGreaterThan(100);
  expect({ lost: allowed.lost, leaked: denied.leaked }).toEqual({ lost: 0, leaked: 0 });
}
