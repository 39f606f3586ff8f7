import { type Family, families } from "../core/address.ts";
import { setFamily } from "../render/names.ts";
import type { FamilyRuleset, HookedChain, IpSet, Ruleset, TableRules } from "../render/ruleset.ts";
import { namedIn } from "./named-sets.ts";
import { remakeLines, swapSet } from "./remake-set.ts";
import { ruleIdentity } from "./rule-identity.ts";
import { MAX_ENTRIES } from "./set-size.ts";
import type { KernelState, StandingHook, StandingRules, StandingSet, StandingTable } from "./state.ts";
import { tableTexts } from "./table-texts.ts";

/**
 * The writes that turn what stands into what is meant, in the order in which they must be made: whatever packet arrives
 * between two of them is judged as before or as after, never by half a change. Empty where nothing differs.
 */
export interface Plan {
  /** `ipset restore` lines: new sets, entries that come before the rules (peers) or go before them (`go-first`). */
  readonly setsBefore: readonly string[];
  /** `iptables-restore --noflush` input by family; each is one atomic step. */
  readonly tables: ReadonlyMap<Family, string>;
  /** The same, one after the other behind `tables`: how what those deny is answered. No set is named here. */
  readonly answers: ReadonlyMap<Family, readonly string[]>;
  /** `ipset restore` lines: entries that go after the rules, or come after them. */
  readonly setsAfter: readonly string[];
  /** Sets that no rule names any longer. */
  readonly destroy: readonly string[];
}

export const isEmptyPlan = ({ setsBefore, tables, answers, setsAfter, destroy }: Plan): boolean =>
  setsBefore.length + tables.size + answers.size + setsAfter.length + destroy.length === 0;

function createLine(name: string, { type }: IpSet): string {
  const family = setFamily(name) === "IPv6" ? "inet6" : "inet";
  return `create ${name} ${type} family ${family} maxelem ${MAX_ENTRIES}`;
}

interface SetLines {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

const filled = (name: string, wanted: IpSet): string[] => [
  createLine(name, wanted),
  ...[...wanted.entries].map((entry) => `add ${name} ${entry}`),
];

/** How many words of an entry tell which it is; the others, where it leads or what is said of it. */
const KEY_WORDS: Readonly<Record<IpSet["type"], number>> = {
  "hash:ip": 1,
  "hash:net": 1,
  "hash:ip,port": 1,
  pairs: 3,
  verdicts: 1,
  "port-verdicts": 5,
};

const keyOf = (type: IpSet["type"], entry: string): string => entry.split(" ", KEY_WORDS[type]).join(" ");

function setLines(
  name: string,
  wanted: IpSet,
  sets: KernelState["sets"],
  isNamed: (set: string) => boolean,
): SetLines {
  const standing = sets.get(name);
  if (standing?.type === wanted.type && standing.isRemade === true) {
    // What an enforcer left that died at this goes first (it is among what is to be destroyed); then the next look does it.
    if (sets.has(swapSet(name))) return { before: [], after: [] };
    return { before: remakeLines(name, (other) => filled(other, wanted)), after: [] };
  }
  // A set of our name that is none of ours can only be made anew; where rules name it, ipset refuses, and says so.
  const isUsable = standing?.type === wanted.type;
  const destroy = standing === undefined || isUsable ? [] : [`destroy ${name}`];
  const create = isUsable ? [] : [...destroy, createLine(name, wanted)];
  const entries = isUsable ? standing.entries : new Set<string>();
  const add = [...wanted.entries.difference(entries)].map((entry) => `add ${name} ${entry}`);
  // An entry to which somebody gave an option (`nomatch`) loses it when it is added anew; ipset deletes it without.
  const remove = [...entries.difference(wanted.entries)]
    .map((entry) => keyOf(wanted.type, entry))
    .filter((entry) => !wanted.entries.has(entry))
    .map((entry) => `del ${name} ${entry}`);
  // Nobody names a set yet that is made now: it is filled whole.
  if (wanted.order === "go-first" && isUsable) return { before: remove, after: add };
  // Nor does anybody one that was left behind: what it holds meanwhile means nothing.
  if (remove.length > 0 && !isNamed(name)) return { before: [...add, ...remove], after: [] };
  return { before: [...create, ...add], after: remove };
}

/**
 * A pure function of what stands and what is meant: the same difference gives the same plan, whatever came before. `isNamed`
 * tells which sets rules name that stand.
 */
export function planWrites(
  standing: KernelState,
  wanted: Ruleset,
  isNamed: (set: string) => boolean = namedIn(standing),
): Plan {
  const sets = new Map(families.flatMap((family) => [...wanted[family].sets]));
  const linesOf = (order: IpSet["order"]): SetLines[] =>
    [...sets]
      .filter(([, set]) => set.order === order)
      .map(([name, set]) => setLines(name, set, standing.sets, isNamed));
  // Who is known is the first to be forgotten, and the last to be let by.
  const [known, peers] = [linesOf("go-first"), linesOf(undefined)];
  const texts = families.map(
    (family) => [family, tableTexts(wanted[family], standing.tables[family])] as const,
  );
  return {
    setsBefore: [...known, ...peers].flatMap(({ before }) => before),
    tables: new Map(
      texts.flatMap(([family, { judging }]) => (judging === undefined ? [] : [[family, judging]])),
    ),
    answers: new Map(
      texts.flatMap(([family, { answering }]) => (answering.length === 0 ? [] : [[family, answering]])),
    ),
    setsAfter: [...peers, ...known].flatMap(({ after }) => after),
    destroy: [...standing.sets.keys()].filter((name) => !sets.has(name)),
  };
}

/** What stands once a plan for `wanted` has been carried out, but for sets that could not be destroyed. */
export function stateAfter(
  wanted: Ruleset,
  stayed: readonly (readonly [string, StandingSet])[] = [],
): KernelState {
  const rules = ({ chains, hooks }: TableRules): StandingRules => {
    const hooked = (chain: HookedChain): readonly StandingHook[] =>
      hooks
        .filter((hook) => hook.chain === chain)
        .map(({ rule }) => ({ position: 1, identity: ruleIdentity(rule) ?? rule, rule }));
    return {
      chains: new Map([...chains].map(([name, lines]) => [name, lines.map(ruleIdentity)])),
      hooks: { FORWARD: hooked("FORWARD"), OUTPUT: hooked("OUTPUT"), POSTROUTING: hooked("POSTROUTING") },
      held: new Set(),
    };
  };
  const table = ({ filter, ...mangle }: FamilyRuleset): StandingTable =>
    filter === undefined ? rules(mangle) : { ...rules(mangle), filter: rules(filter) };
  return {
    sets: new Map([...stayed, ...families.flatMap((family) => [...wanted[family].sets])]),
    tables: { IPv4: table(wanted.IPv4), IPv6: table(wanted.IPv6) },
  };
}
