import type { Standing } from "../../kube/publish/intent.ts";
import type { ByKey, Published, Write } from "../../kube/publish/plan-publication.ts";
import { hasReached } from "../../kube/resource-version.ts";
import type { Versions } from "./publisher.ts";

/** What the watches have told. */
export interface Told {
  /** Fulfilled when they tell more. */
  readonly more: Promise<void>;
  readonly standing: Readonly<Record<Published, ByKey<Standing>>>;
  /** The version of each collection that they have reached. */
  readonly versions: Versions;
}

/** Milliseconds that a write may take to come back by the watch. */
const WITHIN = 5_000;

const isGone = (write: Write, { standing }: Told): boolean =>
  write.kind !== "delete" ||
  standing[write.collection].get(write.key)?.resourceVersion !== write.resourceVersion;

const hasCome = (collection: Published, written: Versions, told: Told): boolean =>
  written[collection] === undefined || hasReached(told.versions[collection], written[collection]);

/**
 * Waits until what was written has come back by the watch; false where it does not. A plan is made from what the watch has
 * told: made before the echo of the last one's writes, it would make them again. What another has changed or deleted since
 * has come back, too: the versions tell, not what stands.
 */
export async function untilSeen(
  writes: readonly Write[],
  written: Versions,
  told: () => Told,
  signal: AbortSignal,
): Promise<boolean> {
  const over = Promise.withResolvers<boolean>();
  const end = (): void => over.resolve(false);
  const timer = setTimeout(end, WITHIN);
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  try {
    for (;;) {
      const now = told();
      const isSeen =
        hasCome("compiledPolicies", written, now) &&
        hasCome("addressGroups", written, now) &&
        writes.every((write) => isGone(write, now));
      if (isSeen) return true;
      const goesOn = await Promise.race([over.promise, now.more.then(() => true)]);
      if (!goesOn) return false;
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}
