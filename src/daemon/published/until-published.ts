import { setTimeout as sleep } from "node:timers/promises";
import { Backoff } from "../../kube/backoff.ts";
import { type KubeClient, KubeError } from "../../kube/client.ts";
import { isMarked, leasePath } from "../controller/published-mark.ts";

export interface UntilPublishedOptions {
  readonly client: KubeClient;
  /** Where the controllers' Lease is. */
  readonly namespace: string;
  readonly signal: AbortSignal;
  /** Told of a trouble once, when it begins. */
  readonly onTrouble: (trouble: string) => void;
}

const NOT_FOUND = 404;
const PATIENCE = 10_000;

/**
 * Fulfilled once some controller has published everything once: what stands before that may be a part, and what it does not
 * name would be opened. Rejected by the signal only.
 */
export async function untilPublished(options: UntilPublishedOptions): Promise<void> {
  const { client, namespace, signal, onTrouble } = options;
  const path = leasePath(namespace);
  const backoff = new Backoff(100, 2_000);
  let isTold = false;
  for (;;) {
    let patience = 0;
    try {
      const within = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);
      if (isMarked(await client.request({ path, signal: within }))) return;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof KubeError) patience = error.retryAfter ?? 0;
      const isAbsent = error instanceof KubeError && error.status === NOT_FOUND;
      if (!isAbsent && !isTold) onTrouble(`${path}: ${String(error)}`);
      isTold ||= !isAbsent;
    }
    await sleep(Math.max(patience, backoff.next()), undefined, { signal });
  }
}
