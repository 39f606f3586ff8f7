import type { Family } from "../core/address.ts";
import type { PrintedNftTable } from "../kernel/nftables/printed-table.ts";
import { REFUSE_CHAIN } from "../render/names.ts";
import type { NodeFacts } from "./facts.ts";
import { ourVariants } from "./standing.ts";

/** Our table of nftables of one family, where either family has one. */
export interface OurNftTable {
  readonly family: Family;
  /** `nftables, IPv4` */
  readonly place: string;
  /** `undefined` where it is missing. */
  readonly table: PrintedNftTable | undefined;
}

/** Whether anything of ours stands in nftables. */
export const hasNftables = ({ nftables }: NodeFacts): boolean =>
  nftables.some(({ reading }) => reading.kind === "read");

/** Whether all that is ours stands there, or would, so that neither iptables nor ipset plays any part. */
export const isNftablesAlone = (facts: NodeFacts): boolean =>
  facts.backend === "nftables" && ourVariants(facts).size === 0;

/** The tables that must stand whole: those of both families, where there is any. */
export const ourNftTables = (facts: NodeFacts): OurNftTable[] =>
  facts.nftables.flatMap(({ family, reading }) =>
    hasNftables(facts) && reading.kind !== "unreadable"
      ? [
          {
            family,
            place: `nftables, ${family}`,
            table: reading.kind === "read" ? reading.table : undefined,
          },
        ]
      : [],
  );

/** Whether denied packets are refused there. */
export const isNftRefusing = ({ table }: OurNftTable): boolean =>
  table?.chains.some(({ name }) => name === REFUSE_CHAIN) === true;
