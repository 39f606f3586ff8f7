import type { Packet } from "../netfilter/packet.ts";
import type { WalkedRule, WalkedTable } from "../netfilter/traverse.ts";
import type { NamedSet } from "./named-set.ts";
import type { NftRule } from "./rule.ts";

export interface NftChain {
  /** `type filter hook forward priority mangle; policy accept;`; absent where the kernel leads nothing here by itself. */
  readonly base?: string;
  readonly rules: readonly NftRule[];
}

/** One table. Every transaction makes another one. */
export interface NftTable {
  /** Width of its addresses: 32 or 128. */
  readonly width: number;
  readonly sets: ReadonlyMap<string, NamedSet>;
  readonly chains: ReadonlyMap<string, NftChain>;
}

export const emptyTable = (width: number): NftTable => ({ width, sets: new Map(), chains: new Map() });

/** The chains that a map leads to. */
export const mapTargets = (map: NamedSet | undefined): string[] =>
  [...(map?.elements.values() ?? [])].flatMap(({ target }) =>
    target?.kind === "jump" || target?.kind === "goto" ? [target.chain] : [],
  );

/** Where a chain's rules lead, by themselves and by maps. */
export const nextChains = ({ rules }: NftChain, sets: NftTable["sets"]): string[] =>
  rules.flatMap(({ leadsTo, map }) => [
    ...(leadsTo === undefined ? [] : [leadsTo]),
    ...(map === undefined ? [] : mapTargets(sets.get(map))),
  ]);

/** The table as packets walk it. */
export const walked = ({ chains, sets }: NftTable): WalkedTable => ({
  chains: new Map(
    [...chains].map(([name, { rules }]) => [
      name,
      rules.map((rule): WalkedRule => ({ targetOf: (packet: Packet) => rule.targetOf(packet, sets) })),
    ]),
  ),
});
