import type { Family } from "../core/address.ts";
import type { Exec } from "./exec.ts";

/** The two iptables that exist; their rules live in different places of the kernel and do not see each other. */
export type Variant = "legacy" | "nft";

/** Where our rules may stand: in tables of one iptables, or in tables of our own, which nftables has beside both. */
export type Backend = Variant | "nftables";

/** A backend as people name it: `iptables-nft`, `nftables`. */
export const backendName = (backend: Backend): string =>
  backend === "nftables" ? backend : `iptables-${backend}`;

const prefix: Readonly<Record<Family, string>> = { IPv4: "iptables", IPv6: "ip6tables" };

export const saveCommand = (variant: Variant, family: Family): string => `${prefix[family]}-${variant}-save`;
export const restoreCommand = (variant: Variant, family: Family): string =>
  `${prefix[family]}-${variant}-restore`;

async function saved(exec: Exec, variant: Variant, args: readonly string[]): Promise<string[]> {
  const results = await Promise.all(
    (["IPv4", "IPv6"] as const).map((family) => exec({ command: saveCommand(variant, family), args })),
  );
  return results.flatMap(({ stdout }) => stdout.split("\n"));
}

const hasKubeletHint = (lines: readonly string[]): boolean =>
  lines.some((line) => /^:(?:KUBE-IPTABLES-HINT|KUBE-KUBELET-CANARY)\b/.test(line));

const countRules = (lines: readonly string[]): number => lines.filter((line) => line.startsWith("-")).length;

/**
 * Which iptables this node's other parts use, decided as kubernetes-sigs/iptables-wrappers does: where kubelet left its
 * hint in mangle; else where more rules are; else nft. Legacy is read without naming a table, as naming one would make
 * the kernel create it.
 */
export async function detectVariant(exec: Exec): Promise<Variant> {
  if (hasKubeletHint(await saved(exec, "nft", ["-t", "mangle"]))) return "nft";
  const legacy = await saved(exec, "legacy", []);
  if (hasKubeletHint(legacy)) return "legacy";
  return countRules(legacy) > countRules(await saved(exec, "nft", [])) ? "legacy" : "nft";
}
