import { setTimeout as sleep } from "node:timers/promises";

import type { AgentHandle } from "./agent/handle.ts";
import type { Outcome, ProbeTarget } from "./agent/protocol.ts";

/** Whoever can be asked to probe. */
export type Prober = Pick<AgentHandle, "probe">;

/** One question: can this agent reach that place? */
export interface Probe {
  readonly from: Prober;
  readonly to: Omit<ProbeTarget, "deadlineMs">;
}

/** How a round of probes is run. */
export interface ProbeOptions {
  /** How long each probe may take before it counts as denied; default DEADLINE_MS. */
  readonly deadlineMs?: number;
  /** Told after each answer how many there are, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * How long a probe may take, unless told otherwise. A lost SYN is sent again after 1000 ms (RFC 6298), within
 * the deadline: the kernel's retry is the only one, and none of ours would tell a loss from a rule any
 * better. Linux also waits for that moment to say that an IPv6 connection was rejected, where the answer came
 * too fast.
 */
export const DEADLINE_MS = 1300;

/**
 * How many probes may be new at a time. A probe costs the machine something when it is sent and when it is
 * answered, and nothing while it waits; so what is counted is those that are neither answered nor older than
 * YOUTH_MS. What is allowed goes as fast as two cores answer, what is denied at NEW_AT_ONCE in YOUTH_MS, and
 * never does a burst fill a queue of the kernel (netdev_max_backlog, a UDP socket's buffer) or keep an agent
 * from reading.
 */
const NEW_AT_ONCE = 128;
const YOUTH_MS = 50;

/** Asks everything, as much at once as the machine bears; outcomes in the order of the probes. */
export async function probeAll(
  probes: readonly Probe[],
  { deadlineMs = DEADLINE_MS, onProgress }: ProbeOptions = {},
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const gate = new Gate(NEW_AT_ONCE);
  const asked: Promise<void>[] = [];
  let done = 0;
  for (const index of spread(probes)) {
    const probe = probes[index];
    if (probe === undefined) continue;
    await gate.enter();
    const answer = probe.from.probe({ ...probe.to, deadlineMs });
    void leaveWhenGrown(answer, gate);
    asked.push(
      (async () => {
        outcomes[index] = await answer;
        done += 1;
        onProgress?.(done, probes.length);
      })(),
    );
  }
  await Promise.all(asked);
  return outcomes;
}

/** A probe that is answered, or has waited a while, makes room for the next. */
async function leaveWhenGrown(answer: Promise<Outcome>, gate: Gate): Promise<void> {
  const answered = new AbortController();
  const grown = sleep(YOUTH_MS, undefined, { signal: answered.signal });
  await Promise.allSettled([Promise.race([answer, grown])]);
  answered.abort();
  await Promise.allSettled([grown]);
  gate.leave();
}

/** Indexes such that neighbours have different askers: nobody's turn comes all at once. */
function spread(probes: readonly Probe[]): number[] {
  const byAgent = new Map<Prober, number[]>();
  for (const [index, { from }] of probes.entries()) {
    const mine = byAgent.get(from);
    if (mine === undefined) byAgent.set(from, [index]);
    else mine.push(index);
  }
  const queues = [...byAgent.values()];
  const longest = Math.max(0, ...queues.map((queue) => queue.length));
  return Array.from({ length: longest }, (_, turn) => queues.flatMap((queue) => queue[turn] ?? [])).flat();
}

/** Lets so many in at a time. */
class Gate {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  async enter(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
