import { parseAddress } from "../../core/address.ts";
import { type Cidr, isInCidr, parseCidr } from "../../core/cidr.ts";
import { type Direction, directions } from "../../core/policy.ts";
import { GATE_CHAIN, restChain } from "../../render/names.ts";
import { jumpOf, setsNamedBy } from "../saved-rules.ts";
import type { FamilyView } from "./family-view.ts";

/** What becomes of an address whose class no chain knows, as the tries' ends say. */
export interface Doors {
  /** Whether the address is of a pod that policies isolate in this direction. */
  readonly isIsolated: (direction: Direction, address: string) => boolean;
  /** Whether the start gate closes it: it is where this node's pods are, and nobody is known to have it. */
  readonly isGated: (direction: Direction, address: string) => boolean;
  /** Whether it is of this node, as far as can be told: only there is a packet judged at both ends. */
  readonly isLocal: (address: string) => boolean;
  /** What the start gate goes by; another text is another gate. */
  readonly gate: string;
}

interface Gate {
  readonly block: Cidr | undefined;
  readonly known: string;
}

export function doorsOf({ chains, sets }: FamilyView): Doors {
  const has = (set: string, address: string): boolean => sets.get(set)?.entries.has(address) ?? false;
  const read = (direction: Direction) => {
    const rules = (chains.get(restChain(direction)) ?? []).filter((rule) => rule !== undefined);
    const isGate = (rule: string): boolean => jumpOf(rule)?.to === GATE_CHAIN;
    const gates = rules.filter(isGate).flatMap((rule): Gate[] =>
      setsNamedBy(rule).map((known) => ({
        block: parseCidr(/ -[ds] (\S+)/.exec(` ${rule}`)?.[1] ?? ""),
        known,
      })),
    );
    return { gates, isolated: rules.filter((rule) => !isGate(rule)).flatMap(setsNamedBy) };
  };
  const ends = { ingress: read("ingress"), egress: read("egress") };
  const isIn = (text: string, block: Cidr | undefined): boolean => {
    const address = parseAddress(text);
    return address !== undefined && block !== undefined && isInCidr(address, block);
  };
  const isIsolated = (direction: Direction, address: string): boolean =>
    ends[direction].isolated.some((set) => has(set, address));
  const gates = directions.flatMap((direction) => ends[direction].gates);
  return {
    isIsolated,
    isGated: (direction, address) =>
      !isIsolated(direction, address) &&
      ends[direction].gates.some(({ block, known }) => isIn(address, block) && !has(known, address)),
    isLocal: (address) =>
      directions.some((direction) => isIsolated(direction, address)) ||
      gates.some(({ block, known }) => isIn(address, block) || has(known, address)),
    gate: JSON.stringify(gates, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)),
  };
}
