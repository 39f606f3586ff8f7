import type { Family } from "../../core/address.ts";
import type { SetType } from "../../render/ruleset.ts";

/** How nftables declares a set of ours: what stands in its braces, line by line as `nft list` prints it. */
export interface SetForm {
  readonly kind: "set" | "map";
  readonly lines: readonly string[];
}

const addressType: Readonly<Record<Family, string>> = { IPv4: "ipv4_addr", IPv6: "ipv6_addr" };

const forms: Readonly<Record<SetType, (address: string) => SetForm>> = {
  "hash:ip": (address) => ({ kind: "set", lines: [`type ${address}`] }),
  "hash:net": (address) => ({ kind: "set", lines: [`type ${address}`, "flags interval"] }),
  "hash:ip,port": (address) => ({ kind: "set", lines: [`type ${address} . inet_proto . inet_service`] }),
  pairs: (address) => ({ kind: "set", lines: [`type ${address} . ${address}`] }),
  verdicts: (address) => ({ kind: "map", lines: [`type ${address} : verdict`] }),
};

const types = Object.keys(forms) as SetType[];

export const setForm = (type: SetType, family: Family): SetForm => forms[type](addressType[family]);

/** The type of a set of this form; none for one that we would not make: another type, or with options. */
export function typeOfForm({ kind, lines }: SetForm, family: Family): SetType | undefined {
  return types.find((type) => {
    const ours = setForm(type, family);
    return ours.kind === kind && ours.lines.join("\n") === lines.join("\n");
  });
}
