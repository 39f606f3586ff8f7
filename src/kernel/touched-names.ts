import type { Plan } from "./plan.ts";
import { setMeant } from "./remake-set.ts";

/** The chains that an `iptables-restore` text declares, which empties them, gives another name, or puts a hook into. */
export const chainsNamed = (text: string): string[] =>
  [...text.matchAll(/^(?::|-[DEI] )(\S+)/gm)].map(([, chain = ""]) => chain);

/** Those whose rules go: the chains that it declares, and the names that it takes away. */
export const chainsDeclared = (text: string): string[] =>
  [...text.matchAll(/^(?::|-E )(\S+)/gm)].map(([, chain = ""]) => chain);

/** The sets and chains that a plan writes to, of both families and all tables; a built-in chain where it is about a hook. */
export function touchedNames({ setsBefore, tables, answers, setsAfter, destroy }: Plan): Set<string> {
  const sets = [...setsBefore, ...setsAfter].flatMap((line) => setMeant(line) ?? []);
  const texts = [...tables.values(), ...[...answers.values()].flat()];
  return new Set([...sets, ...destroy, ...texts.flatMap(chainsNamed)]);
}
