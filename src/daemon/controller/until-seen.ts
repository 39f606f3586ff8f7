import { setTimeout as sleep } from "node:timers/promises";
import type { Standing } from "../../kube/publish/intent.ts";
import type { ByKey, Published, Write } from "../../kube/publish/plan-publication.ts";

type StandingObjects = Readonly<Record<Published, ByKey<Standing>>>;

/** Milliseconds that a write may take to come back by the watch. */
const WITHIN = 5_000;
const MOST_PAUSE = 50;

function isSeen(write: Write, standing: StandingObjects): boolean {
  if (write.kind === "delete") return !standing[write.collection].has(write.key);
  return standing[write.collection].get(write.intent.key)?.fingerprint === write.intent.fingerprint;
}

/**
 * Waits until what was written has come back by the watch; false where it does not. A plan is made from what the watch has
 * told: made before the echo of the last one's writes, it would make them again.
 */
export async function untilSeen(
  writes: readonly Write[],
  standing: () => StandingObjects,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + WITHIN;
  let unseen = writes;
  for (let pause = 1; ; pause = Math.min(MOST_PAUSE, pause * 2)) {
    unseen = unseen.filter((write) => !isSeen(write, standing()));
    if (unseen.length === 0) return true;
    if (signal.aborted || performance.now() > deadline) return false;
    await sleep(pause);
  }
}
