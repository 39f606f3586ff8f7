import type { StreamCount, StreamWay } from "../../../src/lab/prober/stream.ts";

/** What has to become of a packet that is sent in a window. */
export type Due = "open" | "closed" | "either";

export interface Balance {
  readonly sent: number;
  readonly leaks: number;
  readonly drops: number;
  /** Packets of ways that opened or closed in their window. */
  readonly excused: number;
  /** The first few that went wrong, in words. */
  readonly wrong: readonly string[];
}

const MOST_WORDS = 20;

/** Compares what was sent and came in with what was due. */
export function balance(
  counts: readonly StreamCount[],
  due: (window: number, way: StreamWay) => Due,
  told: (window: number) => string,
): Balance {
  const sum = { sent: 0, leaks: 0, drops: 0, excused: 0 };
  const wrong: string[] = [];
  for (const { window, way, sent, received } of counts) {
    if (window === 0) continue;
    sum.sent += sent;
    const meant = due(window, way);
    const [leaks, drops] = [meant === "closed" ? received : 0, meant === "open" ? sent - received : 0];
    if (meant === "either") sum.excused += sent;
    sum.leaks += leaks;
    sum.drops += drops;
    if (leaks + drops > 0 && wrong.length < MOST_WORDS) {
      const { from, to, protocol, family } = way;
      wrong.push(
        `${from} -> ${to} ${protocol} ${family}, ${meant}: ${sent} sent, ${received} came in, in window ${window}: ${told(window)}`,
      );
    }
  }
  return { ...sum, wrong };
}
