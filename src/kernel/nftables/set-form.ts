import type { Family } from "../../core/address.ts";
import type { SetType } from "../../render/ruleset.ts";
import { isRoom } from "./room-for.ts";

/** How nftables declares a set of ours: what stands in its braces, line by line as `nft list` prints it. */
export interface SetForm {
  readonly kind: "set" | "map";
  readonly lines: readonly string[];
}

/** With `type ipv4_addr` for one address, and with `type` for a map, nft 1.1.2 and newer write down what crashes older ones. */
interface Words {
  readonly address: string;
  readonly one: string;
  readonly withPort: string;
}

const words: Readonly<Record<Family, Words>> = {
  IPv4: {
    address: "ipv4_addr",
    one: "typeof ip saddr",
    withPort: "typeof ip daddr . meta l4proto . th dport",
  },
  IPv6: {
    address: "ipv6_addr",
    one: "typeof ip6 saddr",
    withPort: "typeof ip6 daddr . meta l4proto . th dport",
  },
};

const forms: Readonly<Record<SetType, (words: Words) => SetForm>> = {
  "hash:ip": ({ one }) => ({ kind: "set", lines: [one] }),
  "hash:net": ({ one }) => ({ kind: "set", lines: [one, "flags interval"] }),
  "hash:ip,port": ({ address }) => ({ kind: "set", lines: [`type ${address} . inet_proto . inet_service`] }),
  pairs: ({ address }) => ({ kind: "set", lines: [`type ${address} . ${address}`] }),
  verdicts: ({ one }) => ({ kind: "map", lines: [`${one} : verdict`] }),
  "port-verdicts": ({ withPort }) => ({ kind: "map", lines: [`${withPort} : verdict`] }),
};

const types = Object.keys(forms) as SetType[];

/** `room`: how many entries it shall hold at most; `Infinity` where the kernel is not told. */
export function setForm(type: SetType, family: Family, room = Infinity): SetForm {
  const { kind, lines } = forms[type](words[family]);
  const [made = "", ...flags] = lines;
  return room === Infinity ? { kind, lines } : { kind, lines: [made, `size ${room}`, ...flags] };
}

/** What a set of this form is; nothing for one that we would not make: of another type, or with options. */
export function readForm(
  { kind, lines }: SetForm,
  family: Family,
): { readonly type: SetType; readonly room?: number } | undefined {
  const [made = "", ...options] = lines;
  // nft after 1.1.3 says behind it how many there are.
  const size = /^size (\d+)(?:\t# count \d+)?$/.exec(options[0] ?? "")?.[1];
  const room = size === undefined ? Infinity : Number(size);
  if (room !== Infinity && !isRoom(room)) return undefined;
  const text = [made, ...options.slice(size === undefined ? 0 : 1)].join("\n");
  const type = types.find((each) => {
    const ours = setForm(each, family);
    return ours.kind === kind && ours.lines.join("\n") === text;
  });
  if (type === undefined) return undefined;
  return room === Infinity ? { type } : { type, room };
}
