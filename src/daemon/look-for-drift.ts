import type { KernelReader } from "../kernel/backend.ts";
import type { Reading } from "../kernel/read.ts";
import type { KernelState } from "../kernel/state.ts";
import { isOurSet } from "../render/names.ts";
import { type Ruleset, hookedChains } from "../render/ruleset.ts";
import { type LookedAtSets, TRIES, isPartAsLeft, lookAtSets } from "./look-at-sets.ts";

/** Where a look is taken, beside whatever is written. */
export interface Looked extends LookedAtSets {
  readonly reader: KernelReader;
  /** Tells which tables are looked at. */
  readonly wanted: Ruleset | undefined;
  /** A state in our words. */
  readonly understood: (state: KernelState) => KernelState;
}

/** `untold` where somebody wrote whenever it was read. */
export type Look =
  | { readonly kind: "as left" | "untold" }
  | { readonly kind: "otherwise"; readonly reading: Reading | undefined };

/** After so long it is not begun again: rules are many, or somebody writes faster than they can be read. */
const LONG_MS = 5_000;

async function lookOnce(looked: Looked): Promise<Look> {
  const { reader, wanted, record, left, understood } = looked;
  const written = record.begin();
  const reading = await reader.read(wanted).catch(() => undefined);
  const now = await left();
  record.end(written);
  if (now === undefined) return { kind: "otherwise", reading };
  if (reading === undefined || reading.unread.size + reading.unreadFilter.size > 0)
    // A set that is destroyed while rules are printed that named it fails iptables-nft-save.
    return written.size > 0 ? { kind: "untold" } : { kind: "otherwise", reading };
  if (hookedChains.some((chain) => written.has(chain))) return { kind: "untold" };
  // Rules that are gone hold their sets for a moment. Who still does, though nothing was written, is somebody else.
  const isHeld = now.stayed.length > 0 && written.size === 0;
  if (isHeld || !isPartAsLeft(understood(reading.state), now, (name) => !written.has(name)))
    return { kind: "otherwise", reading };
  if (![...written].some(isOurSet)) return { kind: "as left" };
  const kind = await lookAtSets(looked, (name) => written.has(name));
  return kind === "otherwise" ? { kind, reading } : { kind };
}

/**
 * Reads the kernel beside the writes, and tells whether others have changed what is ours. A chain into which was written
 * meanwhile is left out: each such write makes it anew, whole. A set is only ever changed by entries, so that is read again.
 */
export async function lookForDrift(looked: Looked): Promise<Look> {
  const began = performance.now();
  for (let tries = 1; tries < TRIES; tries += 1) {
    const look = await lookOnce(looked);
    if (look.kind !== "untold" || performance.now() - began > LONG_MS) return look;
  }
  return lookOnce(looked);
}
