import { setsNamedBy } from "./saved-rules.ts";
import { type Refusal, setOf } from "./writer.ts";

/** What can be written of a table while some sets could not be. */
export type Possible =
  | { readonly kind: "write"; readonly input: string }
  /** Rules would let pass what they are to stop, for want of these sets. */
  | { readonly kind: "wait"; readonly sets: readonly string[] };

/** Whether the refusal may have left no set that a rule could name: it is not there, or is of another type. */
const isMissing = ({ line }: Refusal, set: string, creates: ReadonlySet<string>): boolean =>
  line === undefined ? creates.has(set) : /^(?:create|destroy) /.test(line);

/**
 * Cuts the rules that allow something by a set that is missing out of a table's text: without them less is allowed (fails
 * closed), and everything else of the family is enforced. A set that is there but not full may be named by such a rule,
 * to the same effect. Rules that say whom policies isolate, or who is known, must not be written without their sets whole;
 * and none may go as long as an entry stands that was to go before them.
 */
export function withoutSets(
  input: string,
  refused: ReadonlyMap<string, Refusal>,
  setLines: readonly string[],
): Possible {
  if (refused.size === 0) return { kind: "write", input };
  const setsWith = (verb: string): Set<string> =>
    new Set(setLines.filter((line) => line.startsWith(verb)).map(setOf));
  const creates = setsWith("create ");
  const vital = new Set([...setsWith("del ")].filter((set) => refused.has(set)));
  const lines = input.split("\n").filter((line) => {
    const named = line.startsWith("-A ") ? setsNamedBy(line).filter((set) => refused.has(set)) : [];
    if (named.length === 0) return true;
    if (!line.endsWith(" -j RETURN")) {
      for (const set of named) vital.add(set);
      return true;
    }
    return !named.some((set) => {
      const refusal = refused.get(set);
      return refusal !== undefined && isMissing(refusal, set, creates);
    });
  });
  return vital.size > 0 ? { kind: "wait", sets: [...vital] } : { kind: "write", input: lines.join("\n") };
}
