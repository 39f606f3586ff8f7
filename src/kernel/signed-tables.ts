import type { Signature } from "./witness/signature.ts";
import type { KernelWriter } from "./writer.ts";

const COMMIT = "COMMIT\n";

/** One table, signed: what `iptables-restore` reads up to COMMIT is one transaction of nftables. */
function signed(input: string, signature: Signature): string {
  const chain = signature.sign();
  return `${input.slice(0, -COMMIT.length)}:${chain} - [0:0]\n-X ${chain}\n${COMMIT}`;
}

/** Has every table signed that iptables-nft writes; sets are none of nftables'. */
export const signedTables = (writer: KernelWriter, signature: Signature): KernelWriter => ({
  ...writer,
  writeTable: (family, input) => writer.writeTable(family, signed(input, signature)),
});
