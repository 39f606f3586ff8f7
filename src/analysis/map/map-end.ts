import { cidrInterval, formatCidr } from "../../core/cidr.ts";
import type { Party } from "../party.ts";
import type { WorldBlock } from "./world-blocks.ts";

/** One end of an entry, as JSON has it: it has one of three keys. */
export type MapEnd =
  /** A pod, or a workload, which is all of its pods: `ns/name`. */
  | { readonly pod: string; readonly cidr?: never; readonly node?: never }
  /** Those addresses of `cidr`, and of none of `except`, that no pod and no node has. */
  | {
      readonly cidr: string;
      readonly except?: readonly string[];
      readonly pod?: never;
      readonly node?: never;
    }
  /** A node, where one is asked about by name. */
  | { readonly node: string; readonly pod?: never; readonly cidr?: never };

/** What an end is called in tables; no two ends of a map share a name. */
export const endName = (end: MapEnd): string => end.pod ?? end.cidr ?? `node ${end.node}`;

/** An end, and who is judged for it. */
export interface MapGroup {
  readonly end: MapEnd;
  /** Unique: what the end is called in tables. */
  readonly name: string;
  /** A workload's pods, each judged by itself, or the one who stands for all. Never empty. */
  readonly parties: readonly Party[];
}

/** The group of one party: a pod, or a workload that its template stands for. */
export const groupOf = (party: Party): MapGroup => ({
  end: { pod: party.name },
  name: party.name,
  parties: [party],
});

/** The group of a block outside the cluster, for which any of its addresses stands: policies cannot tell which. */
export function blockGroup({ cidr, except }: WorldBlock): MapGroup {
  const name = formatCidr(cidr);
  const address = { family: cidr.family, value: firstOwn({ cidr, except }) };
  return {
    end: { cidr: name, ...(except.length > 0 && { except: except.map(formatCidr) }) },
    name,
    parties: [{ name, end: { kind: "address", address }, several: false }],
  };
}

function firstOwn({ cidr, except }: WorldBlock): bigint {
  let value = cidr.first;
  for (const each of except) {
    if (each.first > value) break;
    [, value] = cidrInterval(each);
  }
  return value;
}

export const isBlock = ({ end }: MapGroup): boolean => end.cidr !== undefined;
