/** Which iptables a node's programs use. */
export type Backend = "legacy" | "nft";

/** Both IP families, in the order in which everything here goes through them. */
export type Family = "v4" | "v6";

/** The families, for loops. */
export const FAMILIES: readonly Family[] = ["v4", "v6"];

/** `iptables-nft-restore` and its like, by variant and family. */
export function iptablesCommand(backend: Backend, family: Family, verb: "save" | "restore"): string {
  return `${family === "v4" ? "iptables" : "ip6tables"}-${backend}-${verb}`;
}
