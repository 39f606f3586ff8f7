import { type Family, families } from "../../../src/core/address.ts";
import { BASE_CHAINS } from "../../../src/render/nftables/base-chains.ts";
import type { FamilyRuleset, IpSet, Ruleset } from "../../../src/render/ruleset.ts";
import { familyWord } from "./whole-script.ts";

/** What is being damaged. */
interface Tables {
  readonly family: Family;
  readonly chains: Map<string, string[]>;
  readonly sets: Map<string, IpSet>;
}

const nth = <T>(items: Iterable<T>, at: number): T | undefined => {
  const all = [...items];
  return all[at % all.length];
};

const setPrefix: Readonly<Record<Family, string>> = { IPv4: "SV4", IPv6: "SV6" };
const addresses: Readonly<Record<Family, string>> = { IPv4: "10.0.0.1", IPv6: "fd00::1" };

/** Gives a set other entries, as a map of these says. */
function alterSet({ sets }: Tables, at: number, alter: (set: IpSet) => IpSet): void {
  const [name, set] = nth(sets, at) ?? [];
  if (name !== undefined && set !== undefined) sets.set(name, alter(set));
}

/** The ways to damage tables; each takes a number that says where. */
const ways: readonly ((tables: Tables, at: number) => void)[] = [
  ({ chains }, at) => {
    const rules = nth(chains.values(), at);
    rules?.splice(at % (rules.length + 1), 1);
  },
  ({ chains }, at) => void nth(chains.values(), at)?.reverse(),
  ({ chains }, at) => void nth(chains.values(), at)?.splice(0),
  ({ chains }, at) => void nth(chains.values(), at)?.unshift("counter accept"),
  // A rule under its own comment.
  ({ family, chains }, at) => {
    const rules = nth(chains.values(), at);
    const first = rules?.[0];
    if (first !== undefined) rules?.splice(0, 1, `${familyWord[family]} saddr ${addresses[family]} ${first}`);
  },
  ({ chains }, at) => {
    chains.set(`theirs-${at}`, ["counter drop"]);
    chains.get("FORWARD")?.push(`jump theirs-${at}`);
  },
  // A map of somebody else's leads to a chain of ours, which may have to go.
  ({ family, chains, sets }, at) => {
    const led = nth(
      [...chains.keys()].filter((name) => /^SV-(?:C|MID)-/.test(name)),
      at,
    );
    if (led === undefined) return;
    const map = `${at % 2 === 0 ? "theirs" : setPrefix[family]}-${at}`;
    sets.set(map, { type: "verdicts", entries: new Set([`${addresses[family]} : goto ${led}`]) });
    chains.get("FORWARD")?.push(`${familyWord[family]} saddr vmap @${map}`);
  },
  ({ sets, family }, at) =>
    void sets.set(`${setPrefix[family]}-G-left-behind-${at}`, {
      type: "hash:ip",
      entries: new Set(),
    }),
  (tables, at) => alterSet(tables, at, (set) => ({ ...set, entries: new Set() })),
  (tables, at) => alterSet(tables, at, (set) => ({ ...set, entries: new Set([...set.entries].slice(1)) })),
  // A set of another type, that rules can be asked for all the same.
  (tables, at) =>
    alterSet(tables, at, (set) => (set.type === "hash:ip" ? { ...set, type: "hash:net" } : set)),
  // All whom a map knows are led to one class.
  (tables, at) =>
    alterSet(tables, at, (set) => {
      const verdict = nth(set.entries, at)?.split(" : ")[1];
      if (!set.type.endsWith("verdicts") || verdict === undefined) return set;
      return {
        ...set,
        entries: new Set([...set.entries].map((entry) => entry.replace(/ : .*$/, ` : ${verdict}`))),
      };
    }),
  // A chain is gone with what led to it.
  ({ chains, sets }, at) => {
    const gone = nth(
      [...chains.keys()].filter((name) => !BASE_CHAINS.has(name)),
      at,
    );
    if (gone === undefined) return;
    const leads = (text: string): boolean => new RegExp(`(?:jump|goto) ${gone}(?: |$)`).test(text);
    chains.delete(gone);
    for (const [name, rules] of chains)
      chains.set(
        name,
        rules.filter((rule) => !leads(rule)),
      );
    for (const [name, set] of sets)
      sets.set(name, { ...set, entries: new Set([...set.entries].filter((entry) => !leads(entry))) });
  },
];

function damaged(ruleset: FamilyRuleset, damages: readonly number[]): FamilyRuleset {
  const tables: Tables = {
    family: ruleset.family,
    chains: new Map([...ruleset.chains].map(([name, rules]) => [name, [...rules]])),
    sets: new Map(ruleset.sets),
  };
  for (const damage of damages) ways[damage % ways.length]?.(tables, Math.trunc(damage / ways.length));
  return { ...ruleset, chains: tables.chains, sets: tables.sets };
}

/** A ruleset after somebody has been at it, in ways that nft takes; a number says what was done, and where. */
export function damagedRuleset(ruleset: Ruleset, damages: readonly number[]): Ruleset {
  const [IPv4, IPv6] = families.map((family, i) =>
    damaged(
      ruleset[family],
      damages.map((damage) => damage + i),
    ),
  );
  return { IPv4: IPv4 ?? ruleset.IPv4, IPv6: IPv6 ?? ruleset.IPv6 };
}
