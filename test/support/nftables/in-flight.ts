import type { Packet } from "../netfilter/packet.ts";
import { type WalkedRule, passes } from "../netfilter/traverse.ts";
import type { Sets } from "./matches.ts";
import { readScript } from "./script.ts";
import type { NftTable } from "./table.ts";

/**
 * What elements a packet finds that comes by while a transaction ends, from a lookup on: those of sets that the transaction deletes
 * (another may have the name) are found throughout, those of maps not, as the kernel takes them out with the map.
 */
function afterwards(before: NftTable, after: NftTable, deleted: ReadonlySet<string>): Sets {
  const stays = [...before.sets].flatMap(([name, set]) => {
    if (!deleted.has(name)) return [];
    return [[name, set.kind === "set" ? set : { ...set, elements: new Map() }] as const];
  });
  return new Map([...after.sets, ...stays]);
}

/** A packet's lookups: the first find what was there before. */
class Lookups {
  readonly #before: Sets;
  readonly #after: Sets;
  readonly #first: number;
  count = 0;

  constructor(before: Sets, after: Sets, first: number) {
    this.#before = before;
    this.#after = after;
    this.#first = first;
  }

  get sets(): Sets {
    const sets = new Map(this.#before);
    sets.get = (name) => {
      this.count += 1;
      return (this.count > this.#first ? this.#after : this.#before).get(name);
    };
    return sets;
  }
}

/** What a transaction does to a table of one family, as a packet sees it that is being judged when it ends. */
export class InFlight {
  readonly #before: NftTable;
  readonly #live: Sets;
  /** The new names of chains. */
  readonly #names: ReadonlyMap<string, string>;

  constructor(before: NftTable, after: NftTable, script: string, family: string) {
    const commands = readScript(script).filter((command) => command.family === family);
    const named = (verb: string, kinds: readonly string[]) =>
      commands.filter((command) => command.verb === verb && kinds.includes(command.kind));
    this.#before = before;
    this.#live = afterwards(before, after, new Set(named("delete", ["set", "map"]).map(({ name }) => name)));
    this.#names = new Map(named("rename", ["chain"]).map(({ name, rest }) => [rest, name]));
  }

  /**
   * Whether a packet may pass (or be dropped) for which the transaction ends before one of its lookups. It meets the rules of before: a
   * chain that comes is empty, and one that is to have another name leads where it did.
   */
  mayBe(fate: "passed" | "dropped", hook: "FORWARD" | "OUTPUT", packet: Packet): boolean {
    for (let first = 0; ; first += 1) {
      const lookups = new Lookups(this.#before.sets, this.#live, first);
      const { sets } = lookups;
      const chains = new Map<string, readonly WalkedRule[]>();
      const walkedRules = (name: string): readonly WalkedRule[] =>
        (this.#before.chains.get(this.#names.get(name) ?? name)?.rules ?? []).map((rule) => ({
          targetOf: (each: Packet) => rule.targetOf(each, sets),
        }));
      chains.get = walkedRules;
      if (passes({ chains }, hook, packet) === (fate === "passed")) return true;
      if (lookups.count <= first) return false;
    }
  }
}
