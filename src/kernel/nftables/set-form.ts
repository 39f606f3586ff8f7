import type { Family } from "../../core/address.ts";
import type { SetType } from "../../render/ruleset.ts";

/** How nftables declares a set of ours: what stands in its braces, line by line as `nft list` prints it. */
export interface SetForm {
  readonly kind: "set" | "map";
  readonly lines: readonly string[];
}

interface Words {
  readonly address: string;
  /** What nft calls the type of one address: with `type ipv4_addr`, nft 1.1.2 and newer write down what crashes older ones. */
  readonly one: string;
}

const words: Readonly<Record<Family, Words>> = {
  IPv4: { address: "ipv4_addr", one: "typeof ip saddr" },
  IPv6: { address: "ipv6_addr", one: "typeof ip6 saddr" },
};

const forms: Readonly<Record<SetType, (words: Words) => SetForm>> = {
  "hash:ip": ({ one }) => ({ kind: "set", lines: [one] }),
  "hash:net": ({ one }) => ({ kind: "set", lines: [one, "flags interval"] }),
  "hash:ip,port": ({ address }) => ({ kind: "set", lines: [`type ${address} . inet_proto . inet_service`] }),
  pairs: ({ address }) => ({ kind: "set", lines: [`type ${address} . ${address}`] }),
  verdicts: ({ one }) => ({ kind: "map", lines: [`${one} : verdict`] }),
};

const types = Object.keys(forms) as SetType[];

export const setForm = (type: SetType, family: Family): SetForm => forms[type](words[family]);

/** The type of a set of this form; none for one that we would not make: another type, or with options. */
export function typeOfForm({ kind, lines }: SetForm, family: Family): SetType | undefined {
  return types.find((type) => {
    const ours = setForm(type, family);
    return ours.kind === kind && ours.lines.join("\n") === lines.join("\n");
  });
}
