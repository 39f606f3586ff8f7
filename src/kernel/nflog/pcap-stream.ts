/** One captured record, in the capturing machine's byte order. */
export interface PcapRecord {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly isLittleEndian: boolean;
  readonly bytes: Buffer;
}

const HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
/** LINKTYPE_NFLOG, https://www.tcpdump.org/linktypes.html */
const LINKTYPE_NFLOG = 239;
/** tcpdump's largest snapshot length; a record that claims more is none. */
const MOST_BYTES = 262_144;

const byteOrders: readonly { readonly magic: string; readonly isLittleEndian: boolean }[] = [
  { magic: "d4c3b2a1", isLittleEndian: true },
  { magic: "a1b2c3d4", isLittleEndian: false },
];

/** Reads pcap (libpcap's savefile format, microseconds) as it arrives, in pieces of any size. Never throws. */
export class PcapStream {
  /** What is wrong with the stream; nothing can be read from it any more. */
  trouble: string | undefined;
  #pending: Buffer = Buffer.alloc(0);
  #isLittleEndian: boolean | undefined;

  /** The records that are whole with this piece. */
  push(chunk: Buffer): PcapRecord[] {
    if (this.trouble !== undefined) return [];
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#isLittleEndian ??= this.#header();
    const records: PcapRecord[] = [];
    if (this.#isLittleEndian === undefined) return records;
    for (;;) {
      const record = this.#next(this.#isLittleEndian);
      if (record === undefined) return records;
      records.push(record);
    }
  }

  #header(): boolean | undefined {
    if (this.#pending.length < HEADER_BYTES) return undefined;
    const magic = this.#pending.toString("hex", 0, 4);
    const order = byteOrders.find((known) => known.magic === magic);
    const linkType = order === undefined ? undefined : this.#number(20, order.isLittleEndian);
    if (order === undefined || linkType !== LINKTYPE_NFLOG) {
      this.trouble = `not a capture of NFLOG: magic ${magic}, link type ${linkType ?? "unknown"}`;
      return undefined;
    }
    this.#pending = this.#pending.subarray(HEADER_BYTES);
    return order.isLittleEndian;
  }

  #next(isLittleEndian: boolean): PcapRecord | undefined {
    if (this.#pending.length < RECORD_HEADER_BYTES) return undefined;
    const length = this.#number(8, isLittleEndian);
    if (length > MOST_BYTES) {
      this.trouble = `a record of ${length} bytes`;
      return undefined;
    }
    const end = RECORD_HEADER_BYTES + length;
    if (this.#pending.length < end) return undefined;
    const time = this.#number(0, isLittleEndian) * 1000 + this.#number(4, isLittleEndian) / 1000;
    const bytes = this.#pending.subarray(RECORD_HEADER_BYTES, end);
    this.#pending = this.#pending.subarray(end);
    return { time, isLittleEndian, bytes };
  }

  #number(at: number, isLittleEndian: boolean): number {
    return isLittleEndian ? this.#pending.readUInt32LE(at) : this.#pending.readUInt32BE(at);
  }
}
