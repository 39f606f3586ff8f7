import { type Exec, execOrThrow } from "../../../src/kernel/exec.ts";
import { parseNftList } from "../../../src/kernel/nftables/parse-nft-list.ts";
import { planNftables } from "../../../src/kernel/nftables/plan-nftables.ts";
import { SetRooms } from "../../../src/kernel/nftables/set-rooms.ts";
import type { Plan } from "../../../src/kernel/plan.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { must } from "../../support/must.ts";

/** Everything that our tables of nftables hold, as nft prints it; empty where there is no such table. */
export interface NftContent {
  readonly kind: "nftables";
  readonly IPv4: string;
  readonly IPv6: string;
}

const NEXT = "selvedge-test-reads-the-next";

const list = (table: string): string =>
  `if nft list tables | grep -qx 'table ${table}'; then nft -s list table ${table}; fi`;

export async function readNftContent(exec: Exec): Promise<NftContent> {
  const args = ["-ec", `${list("ip selvedge")}; echo ${NEXT}; ${list("ip6 selvedge")}`];
  const [IPv4 = "", IPv6 = ""] = (await execOrThrow(exec, { command: "sh", args })).split(`${NEXT}\n`);
  return { kind: "nftables", IPv4, IPv6 };
}

export function leftOfNft({ IPv4, IPv6 }: NftContent, wanted: Ruleset): Plan {
  const [four, six] = [parseNftList(IPv4, "IPv4"), parseNftList(IPv6, "IPv6")];
  const state = {
    sets: new Map([...four.sets, ...six.sets]),
    tables: { IPv4: four.table, IPv6: six.table },
  };
  return must(planNftables({ kind: "read", state }, wanted, new SetRooms())[0]).plan;
}

/** A set, map or chain of a listing. */
export interface NftBlock {
  readonly kind: "set" | "map" | "chain";
  readonly name: string;
  /** What it is declared as: a type and flags, a hook. */
  readonly declared: string;
  /** Its rules or elements. */
  readonly parts: readonly string[];
}

const trimmed = (text: string, separator: string): string[] =>
  text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");

export const nftBlocks = (listing: string): NftBlock[] =>
  [...listing.matchAll(/^\t(set|map|chain) (\S+) \{\n([^]*?)^\t\}$/gm)].map(
    ([, kind, name = "", body = ""]): NftBlock => {
      if (kind === "chain") {
        const lines = trimmed(body, "\n");
        const isDeclared = lines[0]?.startsWith("type ") === true;
        return {
          kind,
          name,
          declared: isDeclared ? (lines[0] ?? "") : "",
          parts: isDeclared ? lines.slice(1) : lines,
        };
      }
      const [head = "", elements = ""] = body.split(/elements = \{/);
      const declared = trimmed(head, "\n").join("; ");
      return {
        kind: kind === "map" ? "map" : "set",
        name,
        declared,
        parts: trimmed(elements.replace(/\}\s*$/, ""), ","),
      };
    },
  );

/** Sets as ipset prints them and rules as iptables-save does, or nearly so. */
export const nftLines = (content: NftContent): string[] => {
  const blocks = (["IPv4", "IPv6"] as const).flatMap((family) =>
    nftBlocks(content[family]).map((block) => ({ family, ...block })),
  );
  const sets = blocks.filter(({ kind }) => kind !== "chain");
  const chains = blocks.filter(({ kind }) => kind === "chain");
  return [
    ...sets
      .flatMap(({ name, declared, parts }) => [
        `create ${name} ${declared}`,
        ...parts.map((element) => `add ${name} ${element}`),
      ])
      .toSorted(),
    ...chains
      .toSorted((a, b) => (`${a.family} ${a.name}` < `${b.family} ${b.name}` ? -1 : 1))
      .flatMap(({ family, name, declared, parts }) => [
        `${family} :${name} ${declared}`,
        ...parts.map((rule) => `${family} -A ${name} ${rule}`),
      ]),
  ];
};
