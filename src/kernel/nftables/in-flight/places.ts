import { type Family, addressBits, parseAddress } from "../../../core/address.ts";
import { type Cidr, isInCidr, parseCidr } from "../../../core/cidr.ts";
import type { Direction } from "../../../core/policy.ts";
import { GATE_CHAIN, classChainOf, dispatchChain, restChain } from "../../../render/names.ts";
import { Memo } from "../../../render/memo.ts";
import type { AnyRule, FamilyView } from "../../walk/family-view.ts";
import { leadingElement } from "./leading-element.ts";

/** What becomes of an address's packets in one direction: they pass, or are dropped, or are judged by the class that is named. */
export type Place = string;

export const OPEN = "open";
export const CLOSED = "closed";

export const isClass = (place: Place): boolean => place !== OPEN && place !== CLOSED;

/** Where addresses are judged in one family, as rules say, and the maps and sets for which they ask. */
export interface Places {
  readonly at: (direction: Direction, address: string) => Place;
  /** The class of each address that one judges. */
  readonly judged: Readonly<Record<Direction, ReadonlyMap<string, string>>>;
  /** The rules of the start gate, and which maps and sets are asked, as text. */
  readonly ways: string;
}

interface Gate {
  readonly block: Cidr;
  readonly known: ReadonlySet<string>;
}

const GATE = new RegExp(`^ip6? daddr (\\S+) .* != @(\\S+) goto ${GATE_CHAIN} `);
const VERDICTS = /^ip6? [sd]addr vmap @(\S+) /;
const ISOLATED = /^ip6? [sd]addr @(\S+) counter drop /;

const gateRules = (rules: readonly AnyRule[]): readonly string[] =>
  rules.flatMap((rule) => (rule?.includes(GATE_CHAIN) === true ? [rule] : []));

/** The sets of which such rules ask; more than one where somebody has written here. */
const asked = (rules: readonly AnyRule[], how: RegExp): readonly string[] =>
  rules.flatMap((rule) => how.exec(rule ?? "")?.[1] ?? []);

const NOBODY: ReadonlyMap<string, string> = new Map();

/** Maps outlive most changes. */
const classesIn = new Memo(
  (elements: ReadonlySet<string>): ReadonlyMap<string, string> =>
    new Map(
      [...elements].map(leadingElement).map(({ address, chain }) => [address, classChainOf(chain) ?? chain]),
    ),
);

export function placesOf(view: FamilyView, family: Family): Places {
  const entries = (name: string): ReadonlySet<string> => view.sets.get(name)?.entries ?? new Set();
  const rulesOf = (chain: string): readonly AnyRule[] => view.chains.get(chain) ?? [];
  const mapsIn = (direction: Direction): readonly string[] =>
    asked(rulesOf(dispatchChain(direction)), VERDICTS);
  const maps = { ingress: mapsIn("ingress"), egress: mapsIn("egress") };
  const judgedIn = (direction: Direction): ReadonlyMap<string, string> => {
    const [first = NOBODY, ...others] = maps[direction].map((map) => classesIn.of(entries(map)));
    return others.length === 0 ? first : new Map([first, ...others].flatMap((each) => [...each]));
  };
  const isolatedIn = (direction: Direction): readonly ReadonlySet<string>[] =>
    asked(rulesOf(restChain(direction)), ISOLATED).map(entries);
  const judged = { ingress: judgedIn("ingress"), egress: judgedIn("egress") };
  const isolated = { ingress: isolatedIn("ingress"), egress: isolatedIn("egress") };
  const rules = gateRules(rulesOf(restChain("ingress")));
  const gates = rules.flatMap((rule): Gate[] => {
    const [, text = "", known = ""] = GATE.exec(rule) ?? [];
    const block = parseCidr(text) ?? parseCidr(`${text}/${addressBits[family]}`);
    return block === undefined ? [] : [{ block, known: entries(known) }];
  });
  const isGated = (text: string): boolean => {
    const address = gates.length === 0 ? undefined : parseAddress(text);
    return (
      address !== undefined && gates.some(({ block, known }) => isInCidr(address, block) && !known.has(text))
    );
  };
  return {
    judged,
    ways: [...rules, ...maps.ingress, ...maps.egress].join("\n"),
    at: (direction, address) =>
      judged[direction].get(address) ??
      (isolated[direction].some((set) => set.has(address)) || isGated(address) ? CLOSED : OPEN),
  };
}
