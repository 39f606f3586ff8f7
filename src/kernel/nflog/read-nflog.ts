import { NFLOG_GROUP } from "../../render/nflog.ts";
import type { StreamExec } from "../stream-exec.ts";
import { type DeniedPacket, deniedPacket } from "./denied-packet.ts";
import { PcapStream } from "./pcap-stream.ts";

export interface ReadNflogOptions {
  readonly run: StreamExec;
  readonly onPacket: (packet: DeniedPacket) => void;
  readonly signal: AbortSignal;
}

/*
 * No -s: libpcap sizes its receive buffer by the snapshot length, and of what the kernel batches (up to a second's worth)
 * a small buffer holds the first packets only. No filter either: libpcap has none for this link type. As root to the end:
 * in a container without CAP_SETUID it could not become another, and would give up.
 */
const ARGS = ["-i", `nflog:${NFLOG_GROUP}`, "-n", "-U", "-Z", "root", "-w", "-"];

/**
 * Has tcpdump copy out the denied packets of this network namespace, until it ends; tells why it did. The kernel has one
 * reader for each group: while another holds it, tcpdump ends at once. What it misses nobody waits for: verdicts are taken
 * in the kernel, and the copies are limited there.
 */
export async function readNflog({ run, onPacket, signal }: ReadNflogOptions): Promise<string> {
  const stop = new AbortController();
  const pcap = new PcapStream();
  const onData = (chunk: Buffer): void => {
    for (const record of pcap.push(chunk)) {
      const packet = deniedPacket(record);
      if (packet !== undefined) onPacket(packet);
    }
    if (pcap.trouble !== undefined) stop.abort();
  };
  const ended = await run({
    command: "tcpdump",
    args: ARGS,
    onData,
    signal: AbortSignal.any([signal, stop.signal]),
  });
  return pcap.trouble ?? whyEnded(ended);
}

/** tcpdump's greeting and its sums say nothing of why it ended. */
function whyEnded(said: string): string {
  const lines = said.split("\n").filter((line) => !/^tcpdump: listening on|^\d+ packets? /.test(line));
  return lines.join("; ") || "tcpdump ended";
}
