import { setTimeout as sleep } from "node:timers/promises";
import { Backoff } from "../../kube/backoff.ts";
import type { DeniedPacket } from "../../kernel/nflog/denied-packet.ts";
import { readNflog } from "../../kernel/nflog/read-nflog.ts";
import type { StreamExec } from "../../kernel/stream-exec.ts";

export interface FollowDenialsOptions {
  readonly run: StreamExec;
  readonly onPacket: (packet: DeniedPacket) => void;
  /** Told whenever the reader has ended, and why; it will be started again. */
  readonly onTrouble: (trouble: string) => void;
  readonly signal: AbortSignal;
}

/** A reader that lived this long was well; its end begins a new row of tries. Milliseconds. */
const WELL_AFTER = 10_000;

/** Reads denied packets until the signal, whatever happens to the reader. Nothing waits for it, and it stops nothing. */
export async function followDenials({
  run,
  onPacket,
  onTrouble,
  signal,
}: FollowDenialsOptions): Promise<void> {
  const backoff = new Backoff(250, 30_000);
  while (!signal.aborted) {
    const began = performance.now();
    const why = await readNflog({ run, onPacket, signal });
    if (signal.aborted) return;
    onTrouble(why);
    if (performance.now() - began > WELL_AFTER) backoff.reset();
    await sleep(backoff.next(), undefined, { signal }).catch(() => undefined);
  }
}
