import type { DenialCause } from "../../core/denial.ts";
import { type IpPacket, parseIpPacket } from "./ip-packet.ts";
import { parseNflog } from "./nflog-message.ts";
import type { PcapRecord } from "./pcap-stream.ts";

/** A packet that a chain of ours dropped, and told of. */
export interface DeniedPacket extends IpPacket {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly cause: DenialCause;
  /** The chain that dropped it: that of the subject's class, or the start gate's. */
  readonly chain: string;
}

const causes: readonly string[] = ["ingress", "egress", "gate"] satisfies DenialCause[];

const isCause = (text: string): text is DenialCause => causes.includes(text);

/** Reads one record of NFLOG; `undefined` for what no chain of ours wrote. */
export function deniedPacket(record: PcapRecord): DeniedPacket | undefined {
  const message = parseNflog(record);
  const [, cause = "", chain = ""] = /^SV (\w+) (\S+)$/.exec(message?.prefix ?? "") ?? [];
  if (message === undefined || !isCause(cause)) return undefined;
  const packet = parseIpPacket(message.payload);
  return packet === undefined ? undefined : { ...packet, time: record.time, cause, chain };
}
