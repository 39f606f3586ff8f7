import type { Packet } from "./packet.ts";
import type { Target } from "./rule.ts";

/** Where the kernel leads packets into chains. */
export type Hook = "FORWARD" | "OUTPUT" | "POSTROUTING";

/** A rule as a walk sees it: what it wants with a packet; `undefined` where it is not for it. */
export interface WalkedRule {
  targetOf(packet: Packet): Target | undefined;
}

/** Chains of one table, by name. */
export interface WalkedTable {
  readonly chains: ReadonlyMap<string, readonly WalkedRule[]>;
}

/** Where a walk is: the next rule of a chain. */
interface Place {
  readonly chain: string;
  readonly next: number;
}

/** What comes out of a chain: whether the packet goes on, and what it then looks like. */
export interface Outcome {
  readonly verdict: "accept" | "drop" | "reject";
  readonly packet: Packet;
}

const withHops = (packet: Packet, hops: number): Packet => ({ ...packet, hops });

/**
 * Walks a packet through a built-in chain. A jump comes back to the rule after it; a goto does not: RETURN in its target,
 * or the target's end, goes back to where the last jump came from (iptables(8), `-g`). `nft` has it so too
 * (nft(8), `goto`). Every built-in or base chain's policy is ACCEPT.
 */
export function walk({ chains }: WalkedTable, hook: Hook, begun: Packet): Outcome {
  const callers: Place[] = [];
  let packet = begun;
  let place: Place | undefined = { chain: hook, next: 0 };
  while (place !== undefined) {
    const { chain, next }: Place = place;
    const rule = chains.get(chain)?.[next];
    const after: Place = { chain, next: next + 1 };
    if (rule === undefined) {
      place = callers.pop();
      continue;
    }
    const target = rule.targetOf(packet);
    switch (target?.kind) {
      case "accept":
      case "drop":
      case "reject":
        return { verdict: target.kind, packet };
      case "return":
        place = callers.pop();
        break;
      case "hops":
        packet = withHops(packet, target.value);
        place = after;
        break;
      case "log":
      case undefined:
        place = after;
        break;
      case "jump":
        callers.push(after);
        place = { chain: target.chain, next: 0 };
        break;
      case "goto":
        place = { chain: target.chain, next: 0 };
        break;
    }
  }
  return { verdict: "accept", packet };
}

/** Whether a packet comes out of a built-in chain. */
export const passes = (table: WalkedTable, hook: "FORWARD" | "OUTPUT", packet: Packet): boolean =>
  walk(table, hook, packet).verdict === "accept";
