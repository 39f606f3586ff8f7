import { run } from "../build/run.ts";
import { inNode } from "./in-node.ts";

const SAVES = ["iptables-nft", "ip6tables-nft", "iptables-legacy", "ip6tables-legacy"].map(
  (each) => `${each}-save`,
);

async function said(node: string, ...args: readonly string[]): Promise<string> {
  const [command = "", ...within] = await inNode(node);
  const text = await run(command, [...within, ...args]);
  // Dates, and the counters of policies: all else is compared byte by byte.
  return text.replaceAll(/^# .*\n/gm, "").replaceAll(/^(:.*) \[\d+:\d+\]$/gm, "$1");
}

/** Every rule of both iptables, every set and the name of every table of nftables of a node. */
export async function kernelState(node: string): Promise<string> {
  const parts = await Promise.all([
    ...SAVES.map(async (save) => `${save}\n${await said(node, save)}`),
    said(node, "ipset", "save"),
    said(node, "nft", "list", "tables"),
  ]);
  return parts.join("\n");
}

/**
 * What is in the mangle tables, where Selvedge writes and neither kube-proxy nor a CNI does, the sets, and our tables of
 * nftables. Cut out of the whole: iptables-legacy-save makes a table by being asked for it.
 */
export async function mangleState(node: string): Promise<string> {
  const state = await kernelState(node);
  const parts =
    state.match(/^(?:\S+-save$|\*mangle\n[\s\S]*?^COMMIT$|create .*|add .*|table ip6? selvedge$)/gm) ?? [];
  return parts.join("\n");
}
