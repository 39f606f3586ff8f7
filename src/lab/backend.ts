import type { Backend as KernelBackend, Variant } from "../kernel/variant.ts";

/** Which iptables a node's programs use. */
export type Backend = Variant;

/** What an enforcer of the lab is told: one of the iptables, or nftables itself. */
export type EnforcerBackend = KernelBackend;

/** Which iptables a node's other programs use where its enforcer is told so. */
export const iptablesBeside = (enforcer: EnforcerBackend): Backend =>
  enforcer === "nftables" ? "nft" : enforcer;

/** Both IP families, in the order in which everything here goes through them. */
export type Family = "v4" | "v6";

/** The families, for loops. */
export const FAMILIES: readonly Family[] = ["v4", "v6"];

/** `iptables-nft-restore` and its like, by variant and family. */
export function iptablesCommand(backend: Backend, family: Family, verb: "save" | "restore"): string {
  return `${family === "v4" ? "iptables" : "ip6tables"}-${backend}-${verb}`;
}
