import type { Packet } from "../netfilter/packet.ts";
import type { Words } from "../netfilter/words.ts";
import type { KeyPart } from "./named-set.ts";

/** A part of a packet that is looked up or compared; `undefined` where the packet has none. */
export interface KeyField {
  readonly part: KeyPart;
  of(packet: Packet): string | undefined;
}

const sides = { saddr: "source", daddr: "destination" } as const;

/** Reads `ip saddr`, `ip6 daddr`, `meta l4proto`, `th dport`. */
export function readKeyField(words: Words, width: number): KeyField {
  const base = words.take();
  switch (base) {
    case "ip":
    case "ip6": {
      if ((base === "ip") !== (width === 32)) throw new Error(`nft: ${base} is of the other family`);
      const name = words.take();
      if (name !== "saddr" && name !== "daddr") throw new Error(`nft: unknown ${base} ${name}`);
      return { part: width === 32 ? "ipv4_addr" : "ipv6_addr", of: (packet) => packet[sides[name]] };
    }
    case "meta":
      words.expect("l4proto");
      return { part: "inet_proto", of: ({ protocol }) => protocol };
    case "th":
      words.expect("dport");
      return { part: "inet_service", of: ({ port }) => (port === undefined ? undefined : `${port}`) };
    default:
      throw new Error(`nft: unknown expression ${base}`);
  }
}

/** `ip daddr . meta l4proto . th dport`. */
export function readKeyFields(words: Words, width: number): readonly KeyField[] {
  const fields = [readKeyField(words, width)];
  while (words.takeIf(".")) fields.push(readKeyField(words, width));
  return fields;
}

/** What the packet has in all of these fields; `undefined` where it lacks one. */
export function fieldsOf(fields: readonly KeyField[], packet: Packet): readonly string[] | undefined {
  const values = fields.map((field) => field.of(packet));
  return values.every((value) => value !== undefined) ? values : undefined;
}
