import { type Family, families } from "../core/address.ts";
import { setFamily } from "../render/names.ts";
import type { Exec } from "./exec.ts";
import type { Plan } from "./plan.ts";
import { processWriter } from "./process-writer.ts";
import type { Variant } from "./variant.ts";
import { withoutSets } from "./without-sets.ts";
import { type KernelWriter, type Refusal, setOf } from "./writer.ts";

/** What went wrong, in the tool's own words. What stood before the failing step stands; earlier steps stay done. */
export interface ApplyFailure {
  readonly step: string;
  readonly message: string;
}

export interface ApplyResult {
  /** How many writes the tools were given: a program run, or one that is kept open asked. */
  readonly commands: number;
  readonly failures: readonly ApplyFailure[];
  /** The families whose rules could not be written. */
  readonly unwritten: ReadonlySet<Family>;
  /** Sets that stay for now, and why: iptables-nft's rules hold theirs for milliseconds after they are gone. */
  readonly held: ReadonlyMap<string, string>;
}

/** How many sets a failure names; they may be thousands. */
const NAMED_SETS = 3;

/** One failure for each thing that was said, however many sets it was said of. */
function setFailures(step: string, refused: ReadonlyMap<string, Refusal>): ApplyFailure[] {
  const bySaying = Map.groupBy(refused, ([, { message }]) => message);
  return [...bySaying].map(([message, sets]) => {
    // Where no line was refused it is not about sets: ipset itself is missing, for one.
    if (sets.every(([, { line }]) => line === undefined)) return { step, message };
    const names = sets.slice(0, NAMED_SETS).map(([name]) => name);
    const more = sets.length > names.length ? ` and ${sets.length - names.length} more` : "";
    return { step, message: `${names.join(", ")}${more}: ${message}` };
  });
}

/**
 * Carries out a plan. The kernel takes one family's rules after the other, and ipset one line after the other: so while the rules
 * of the first are being taken, the sets of the second are filled. A set that cannot be filled stops nothing but the rules that
 * need it whole (`withoutSets`); where a family's rules cannot be written the rest of that family is left undone, as the old
 * rules still need their peers. The other family goes on: a node without IPv6 enforces IPv4. Whatever fails, what stood before
 * goes on being enforced, and the next pass starts from what then stands.
 */
export async function carryOut(writer: KernelWriter, plan: Plan): Promise<ApplyResult> {
  let turn: Promise<unknown> = Promise.resolve();
  // Where rules do not follow in both, all sets are one write.
  const shared = plan.tables.size < families.length ? writer.writeSets(plan.setsBefore) : undefined;
  const fill = (family: Family): ReturnType<KernelWriter["writeSets"]> => {
    if (shared !== undefined) return shared;
    const lines = plan.setsBefore.filter((line) => setFamily(setOf(line)) === family);
    const filled = turn.then(() => writer.writeSets(lines));
    turn = filled.catch(() => undefined);
    return filled;
  };
  const rules = async (
    family: Family,
    refused: ReadonlyMap<string, Refusal>,
  ): Promise<ApplyFailure | undefined> => {
    const text = plan.tables.get(family);
    if (text === undefined) return undefined;
    const step = `write ${family} rules`;
    const refusedHere = new Map([...refused].filter(([set]) => setFamily(set) === family));
    const possible = withoutSets(text, refusedHere, plan.setsBefore);
    if (possible.kind === "wait") return { step, message: `not without ${possible.sets.join(", ")}` };
    const message = await writer.writeTable(family, possible.input);
    return message === undefined ? undefined : { step, message };
  };
  const written = await Promise.all(
    families.map(async (family) => {
      const refused = await fill(family);
      return { family, refused, failure: await rules(family, refused) };
    }),
  );
  const refused = new Map(written.flatMap((each) => [...each.refused]));
  const answer = async ([family, texts]: [Family, readonly string[]]): Promise<ApplyFailure | undefined> => {
    for (const text of texts) {
      const message = await writer.writeTable(family, text);
      if (message !== undefined) return { step: `write ${family} answers`, message };
    }
    return undefined;
  };
  const failed = new Set(written.flatMap(({ family, failure }) => (failure === undefined ? [] : [family])));
  const answered = await Promise.all([...plan.answers].filter(([family]) => !failed.has(family)).map(answer));
  const whole = new Set(families.filter((family) => !failed.has(family)));
  const isWhole = (set: string): boolean => whole.has(setFamily(set));
  const kept = await writer.writeSets(plan.setsAfter.filter((line) => isWhole(setOf(line))));
  const unnamed = plan.destroy.filter(isWhole);
  const held = unnamed.length === 0 ? new Map<string, string>() : await writer.destroySets(unnamed);
  const failures = [
    ...setFailures("fill sets", refused),
    ...[...written.map(({ failure }) => failure), ...answered].filter((failure) => failure !== undefined),
    ...setFailures("empty sets", kept),
  ];
  return { commands: writer.commands(), failures, unwritten: failed, held };
}

/** Carries out a plan with one process for each write. */
export const applyPlan = (exec: Exec, variant: Variant, plan: Plan): Promise<ApplyResult> =>
  carryOut(processWriter(exec, variant), plan);
