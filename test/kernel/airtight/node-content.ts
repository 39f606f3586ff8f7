import { execOrThrow } from "../../../src/kernel/exec.ts";
import { type Plan, planWrites } from "../../../src/kernel/plan.ts";
import { parseIpsetSave } from "../../../src/kernel/read-ipset.ts";
import { parseIptablesSave } from "../../../src/kernel/read-iptables.ts";
import { type Variant, saveCommand } from "../../../src/kernel/variant.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import type { Exec } from "../../../src/kernel/exec.ts";

/** Everything that a node's kernel holds, ours or not, in the tools' words. */
export interface NodeContent {
  readonly sets: string;
  readonly IPv4: string;
  readonly IPv6: string;
}

const NEXT = "selvedge-test-reads-the-next";

/** By one program for all: it is asked for hundreds of times. */
export async function readContent(exec: Exec, variant: Variant): Promise<NodeContent> {
  const save = (family: "IPv4" | "IPv6"): string => `${saveCommand(variant, family)} -t mangle`;
  const reads = ["ipset save -sorted", save("IPv4"), save("IPv6")];
  const text = await execOrThrow(exec, {
    command: "sh",
    args: ["-ec", reads.join(`; echo ${NEXT}; `)],
  });
  const [sets = "", IPv4 = "", IPv6 = ""] = text.split(`${NEXT}\n`);
  return { sets, IPv4, IPv6 };
}

/** What an enforcer that wants this ruleset would still write. */
export const leftToWrite = ({ sets, IPv4, IPv6 }: NodeContent, wanted: Ruleset): Plan =>
  planWrites(
    {
      sets: parseIpsetSave(sets),
      tables: { IPv4: parseIptablesSave(IPv4), IPv6: parseIptablesSave(IPv6) },
    },
    wanted,
  );

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
export const contentLines = ({ sets, IPv4, IPv6 }: NodeContent): string[] => [
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
    rules.flatMap((rule) => [...rule.matchAll(/--match-set (\S+)/g)].map(([, name]) => name)),
  );
  return lines.filter((line) => line.startsWith("IPv") || named.has(line.split(" ")[1])).join("\n");
}
