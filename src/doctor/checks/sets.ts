import type { Family } from "../../core/address.ts";
import { directions } from "../../core/policy.ts";
import { isolatedSet, isOurChain, isOurSet, setFamily } from "../../render/names.ts";
import { setsNamedBy } from "../../kernel/saved-rules.ts";
import type { StandingSet } from "../../kernel/state.ts";
import type { NodeFacts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";
import { isNftablesAlone, ourNftTables } from "../nft-standing.ts";
import { ourTables } from "../standing.ts";
import { nftSetTroubles } from "./nft-sets.ts";

const check = "sets";

const REPAIR = "The enforcer puts its sets right within seconds: start it, or see in its log why it cannot.";

/** What sets whose names are digests of their content must be called, with this content. */
const namedByContent = (family: Family, addresses: readonly string[]): string[] =>
  directions.map((direction) => isolatedSet(family, direction, addresses));

/** `SV4-ingress` of `SV4-ingress-<digest>`. */
const stem = (name: string): string => name.slice(0, name.lastIndexOf("-"));

/** Whether a set that is named by a digest of its addresses holds these; others may hold what they like. */
function isAsNamed(name: string, { entries }: StandingSet): boolean {
  const names = namedByContent(setFamily(name), [...entries].toSorted());
  return names.includes(name) || !names.map(stem).includes(stem(name));
}

const unnamedSets = (names: readonly string[]): Finding => ({
  check,
  status: "warn",
  message: `no rule names ${names.length} of Selvedge's sets: ${names.slice(0, 3).join(", ")}${names.length > 3 ? ", ..." : ""}`,
  mend: "The enforcer destroys them within seconds; where none runs any more, `selvedge cleanup` does.",
});

const fail = (message: string): Finding => ({ check, status: "fail", message, mend: REPAIR });

/** What is found of the sets of nftables, and how many stand there. */
function nftSets(facts: NodeFacts): { readonly findings: readonly Finding[]; readonly number: number } {
  const tables = ourNftTables(facts);
  const findings = tables.flatMap((table): Finding[] => {
    const { wrong, unused } = nftSetTroubles(table);
    return [
      ...wrong.map((message) => fail(`${table.place}: ${message}`)),
      ...(unused.length > 0 ? [unnamedSets(unused)] : []),
    ];
  });
  return { findings, number: tables.reduce((sum, { table }) => sum + (table?.sets.length ?? 0), 0) };
}

/** Whether every set that our rules name is there and is what its name says, and no others of ours are. */
export function sets(facts: NodeFacts): Finding[] {
  const { findings: nftFindings, number } = nftSets(facts);
  if (facts.sets.kind === "unknown" && isNftablesAlone(facts))
    return nftFindings.length > 0 ? [...nftFindings] : [ok(check, `${number}, all there`)];
  if (facts.sets.kind === "unknown")
    return [
      {
        check,
        status: "unknown",
        message: `sets cannot be listed: ${facts.sets.why}`,
        mend: "Run `ipset save` by hand and mend what it says.",
      },
    ];
  const standing = facts.sets.value;
  const named = new Set(
    ourTables(facts).flatMap(({ mangle }) =>
      mangle.rules.filter(({ chain }) => isOurChain(chain)).flatMap(({ rule }) => setsNamedBy(rule)),
    ),
  );
  const findings = [...named].flatMap((name): Finding[] => {
    const set = standing.get(name);
    if (!isOurSet(name)) return [fail(`a rule in Selvedge's chains names a set of others: ${name}`)];
    if (set === undefined) return [fail(`rules name ${name}, and there is no such set`)];
    if (set.type === "other") return [fail(`${name} is of a type that Selvedge does not make`)];
    if (!isAsNamed(name, set))
      return [fail(`${name} does not hold what Selvedge put into it: pods may be open`)];
    return [];
  });
  const unnamed = [...standing.keys()].filter((name) => !named.has(name));
  if (unnamed.length > 0) findings.push(unnamedSets(unnamed));
  const all = [...findings, ...nftFindings];
  const count = named.size + number;
  return all.length > 0 ? all : [ok(check, count === 0 ? "none" : `${count}, all there`)];
}
