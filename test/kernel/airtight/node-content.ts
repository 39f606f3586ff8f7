import { execOrThrow } from "../../../src/kernel/exec.ts";
import { type Plan, planWrites } from "../../../src/kernel/plan.ts";
import { parseIpsetSave } from "../../../src/kernel/read-ipset.ts";
import { parseIptablesSave } from "../../../src/kernel/read-iptables.ts";
import { type Variant, saveCommand } from "../../../src/kernel/variant.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import type { Exec } from "../../../src/kernel/exec.ts";
import type { EnforcerBackend } from "../../../src/lab/backend.ts";
import { type NftContent, leftOfNft, nftLines, readNftContent } from "./nft-content.ts";

/** Everything that table mangle and ipset hold, ours or not, in the tools' words. */
export interface IptablesContent {
  readonly kind: "iptables";
  readonly variant: Variant;
  readonly sets: string;
  readonly IPv4: string;
  readonly IPv6: string;
}

/** What a node's kernel holds where ours is. */
export type NodeContent = IptablesContent | NftContent;

const NEXT = "selvedge-test-reads-the-next";

/** By one program for all: it is asked for hundreds of times. */
export async function readContent(exec: Exec, backend: EnforcerBackend): Promise<NodeContent> {
  return backend === "nftables" ? readNftContent(exec) : readIptables(exec, backend);
}

async function readIptables(exec: Exec, variant: Variant): Promise<IptablesContent> {
  const save = (family: "IPv4" | "IPv6"): string => `${saveCommand(variant, family)} -t mangle`;
  const reads = ["ipset save -sorted", save("IPv4"), save("IPv6")];
  const text = await execOrThrow(exec, {
    command: "sh",
    args: ["-ec", reads.join(`; echo ${NEXT}; `)],
  });
  const [sets = "", IPv4 = "", IPv6 = ""] = text.split(`${NEXT}\n`);
  return { kind: "iptables", variant, sets, IPv4, IPv6 };
}

/** What an enforcer that wants this ruleset would still write. */
export function leftToWrite(content: NodeContent, wanted: Ruleset): Plan {
  if (content.kind === "nftables") return leftOfNft(content, wanted);
  const tables = { IPv4: parseIptablesSave(content.IPv4), IPv6: parseIptablesSave(content.IPv6) };
  return planWrites({ sets: parseIpsetSave(content.sets), tables }, wanted);
}

const chainOf = (line: string): string => /^(?::|-A )(\S+)/.exec(line)?.[1] ?? "";

/** Chains in the order of their names, as they are kept in that of their making; without counters. */
function tableLines(family: string, text: string): string[] {
  return text
    .split("\n")
    .filter((line) => /^(?::|-A )/.test(line))
    .map((line) => line.replace(/ \[\d+:\d+\]$/, ""))
    .sort((a, b) => (chainOf(a) < chainOf(b) ? -1 : chainOf(a) > chainOf(b) ? 1 : 0))
    .map((line) => `${family} ${line}`);
}

/** The content as lines that two nodes that hold the same have the same: nothing of when and how it was written. */
export const contentLines = (content: NodeContent): string[] =>
  content.kind === "nftables" ? nftLines(content) : iptablesLines(content);

const iptablesLines = ({ sets, IPv4, IPv6 }: IptablesContent): string[] => [
  ...sets
    .split("\n")
    .map((line) => line.replace(/ (?:hashsize|bucketsize|initval) \S+/g, "").trimEnd())
    .filter((line) => line !== "")
    .sort(),
  ...tableLines("IPv4", IPv4),
  ...tableLines("IPv6", IPv6),
];

/** Of the content what packets can meet: no set that no rule names. */
export function inForce(lines: readonly string[]): string {
  const rules = lines.filter((line) => line.startsWith("IPv"));
  const named = new Set(
    rules.flatMap((rule) => [...rule.matchAll(/(?:--match-set |@)(\S+)/g)].map(([, name]) => name)),
  );
  return lines.filter((line) => line.startsWith("IPv") || named.has(line.split(" ")[1])).join("\n");
}
