import { driftOf } from "../kernel/drift.ts";
import type { KernelReader } from "../kernel/backend.ts";
import { type IsPart, partOfRuleset, partOfState } from "../kernel/part-of.ts";
import type { Left } from "../kernel/standing.ts";
import { type KernelState, nothingStands } from "../kernel/state.ts";
import { isOurSet } from "../render/names.ts";
import type { WriteRecord } from "./write-record.ts";

/** Where a look at sets is taken, beside whatever is written. */
export interface LookedAtSets {
  readonly reader: Pick<KernelReader, "readSets" | "tearsSets">;
  readonly record: WriteRecord;
  /** What was left, once no write goes on whose end is not known; nothing where it is not known what stands. */
  readonly left: () => Promise<Left | undefined>;
}

/** `untold` where somebody wrote whenever it was read. */
export type Told = "as left" | "otherwise" | "untold";

/** How often what somebody wrote into meanwhile is read again. */
export const TRIES = 3;

const noTables: KernelState["tables"] = { IPv4: nothingStands, IPv6: nothingStands };

/** Whether a part of what stands is as it was left. */
export function isPartAsLeft(standing: KernelState, { ruleset, stayed }: Left, isPart: IsPart): boolean {
  const names = stayed.map(([name]) => name);
  return driftOf(partOfState(standing, isPart), partOfRuleset(ruleset, isPart), names) === undefined;
}

/** Whether the sets of ours that are asked for are as they were left. */
export async function lookAtSets(
  { reader, record, left }: LookedAtSets,
  isAskedFor: (name: string) => boolean,
): Promise<Told> {
  let isUntold = (name: string): boolean => isOurSet(name) && isAskedFor(name);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const written = record.begin();
    const sets = await reader.readSets().catch(() => undefined);
    const now = await left();
    record.end(written);
    if (sets === undefined || now === undefined) return "otherwise";
    const wasUntold = isUntold;
    if (isPartAsLeft({ sets, tables: noTables }, now, (name) => wasUntold(name) && !written.has(name))) {
      if (![...written].some(wasUntold)) return "as left";
      isUntold = (name) => wasUntold(name) && written.has(name);
    } else if (written.size === 0 || !reader.tearsSets) return "otherwise";
  }
  return "untold";
}
