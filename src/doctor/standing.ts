import type { Family } from "../core/address.ts";
import { hasOurs, mangleOf } from "../kernel/ours.ts";
import type { VariantRules } from "../kernel/read-everywhere.ts";
import { REFUSE_CHAIN } from "../render/names.ts";
import type { SavedTable } from "../kernel/saved-rules.ts";
import type { Variant } from "../kernel/variant.ts";
import type { NodeFacts } from "./facts.ts";

/** The mangle table, and that called filter, of one variant and family, of a variant in which something of ours stands. */
export interface OurTable {
  readonly variant: Variant;
  readonly family: Family;
  /** `iptables-nft, IPv4` */
  readonly place: string;
  readonly mangle: SavedTable;
  readonly filter: SavedTable;
}

const empty = (name: string): SavedTable => ({ name, chains: [], rules: [] });

const filterOf = ({ reading }: VariantRules): SavedTable | undefined =>
  reading.kind === "read" ? reading.tables.find(({ name }) => name === "filter") : undefined;

/** Whether denied packets are refused there. */
export const isRefusing = ({ mangle }: OurTable): boolean => mangle.chains.includes(REFUSE_CHAIN);

/** Those variants in which something of ours stands, in one family at least. */
export const ourVariants = ({ rules }: NodeFacts): ReadonlySet<Variant> =>
  new Set(rules.filter((each) => hasOurs(mangleOf(each))).map(({ variant }) => variant));

/** The mangle tables in which ours must stand whole: both families of each variant that has any of ours. */
export function ourTables(facts: NodeFacts): OurTable[] {
  const variants = ourVariants(facts);
  return facts.rules
    .filter(({ variant, reading }) => variants.has(variant) && reading.kind === "read")
    .map((each) => ({
      variant: each.variant,
      family: each.family,
      place: `iptables-${each.variant}, ${each.family}`,
      mangle: mangleOf(each) ?? empty("mangle"),
      filter: filterOf(each) ?? empty("filter"),
    }));
}
