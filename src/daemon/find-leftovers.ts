import { families } from "../core/address.ts";
import type { Exec } from "../kernel/exec.ts";
import { readNftTable } from "../kernel/nftables/read-nft-table.ts";
import { hasOurs, mangleOf } from "../kernel/ours.ts";
import { readEverywhere } from "../kernel/read-everywhere.ts";
import { type Backend, backendName } from "../kernel/variant.ts";

/**
 * Where else something of ours stands, which an enforcer with another backend left: packets meet that, too, so it goes on denying
 * what it denied, and nobody brings it up to date. By the names that people give them.
 */
export async function findLeftovers(exec: Exec, own: Backend): Promise<string[]> {
  const [iptables, nftables] = await Promise.all([
    readEverywhere(exec),
    own === "nftables" ? [] : Promise.all(families.map((family) => readNftTable(exec, family, "names"))),
  ]);
  const backends: readonly Backend[] = [
    ...iptables.filter((each) => hasOurs(mangleOf(each))).map(({ variant }) => variant),
    ...(nftables.some(({ kind }) => kind === "read") ? (["nftables"] as const) : []),
  ];
  return [...new Set(backends)].filter((backend) => backend !== own).map(backendName);
}
