import type { PcapRecord } from "./pcap-stream.ts";

/** What a rule's NFLOG target wrote. */
export interface NflogMessage {
  readonly prefix: string;
  /** The packet from its IP header on, as much of it as was copied. */
  readonly payload: Buffer;
}

const HEADER_BYTES = 4;
const TLV_HEADER_BYTES = 4;
/** linux/netfilter/nfnetlink_log.h, enum nfulnl_attr_type. */
const NFULA_PAYLOAD = 9;
const NFULA_PREFIX = 10;

/** Reads a record of LINKTYPE_NFLOG: type-length-values in the capturing machine's byte order, padded to four bytes. */
export function parseNflog({ bytes, isLittleEndian }: PcapRecord): NflogMessage | undefined {
  const number = (at: number): number => (isLittleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  let prefix: string | undefined;
  let payload: Buffer | undefined;
  for (let at = HEADER_BYTES; at + TLV_HEADER_BYTES <= bytes.length;) {
    const length = number(at);
    if (length < TLV_HEADER_BYTES) return undefined;
    const value = bytes.subarray(at + TLV_HEADER_BYTES, at + length);
    const type = number(at + 2);
    if (type === NFULA_PREFIX) prefix = value.toString("latin1").replace(/\0.*$/s, "");
    else if (type === NFULA_PAYLOAD) payload = value;
    at += (length + 3) & ~3;
  }
  return prefix === undefined || payload === undefined ? undefined : { prefix, payload };
}
