import { NFT_TABLE } from "../../render/names.ts";
import { header } from "../../render/nftables/words.ts";
import type { NodeFacts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";

/** What the doctor may see says nothing about the node: without it, it could not look. */
export function privileges({ isNetAdmin, rules, nftables }: NodeFacts): Finding[] {
  const check = "privileges";
  if (!isNetAdmin)
    return [
      {
        check,
        status: "unknown",
        message: "this process has not CAP_NET_ADMIN, so rules and sets cannot be read",
        mend: "Run it as root on the node, in a container with hostNetwork and NET_ADMIN.",
      },
    ];
  const unread = rules.flatMap(({ variant, family, reading }): Finding[] =>
    reading.kind === "unreadable"
      ? [
          {
            check,
            status: "unknown",
            message: `the rules of iptables-${variant}, ${family}, cannot be read: ${reading.message}`,
            mend: "Run the command by hand and mend what it says; a table that only nft can print belongs to somebody who wrote nft rules into iptables' table.",
          },
        ]
      : [],
  );
  const unreadNft = nftables.flatMap(({ family, reading }): Finding[] =>
    // Where there is no nft, nothing of ours is there either.
    reading.kind === "unreadable" && !reading.isMissing
      ? [
          {
            check,
            status: "unknown",
            message: `the table of nftables, ${family}, cannot be read: ${reading.message}`,
            mend: `Run \`nft list table ${header[family]} ${NFT_TABLE}\` by hand and mend what it says.`,
          },
        ]
      : [],
  );
  return [ok(check, "has CAP_NET_ADMIN"), ...unread, ...unreadNft];
}
