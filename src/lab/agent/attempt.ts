import type { Outcome } from "./protocol.ts";

/** How an attempt ends, without its duration. */
export type End =
  | { readonly kind: "answered"; readonly by: string }
  | { readonly kind: "timeout" }
  | { readonly kind: "refused" }
  | { readonly kind: "error"; readonly message: string };

/** Ends an attempt; calls after the first are ignored. */
export type Finish = (end: End) => void;

/**
 * Runs one attempt against a deadline.
 *
 * A deadline that passes is not yet a time-out: on a busy machine this process may itself have been kept
 * waiting, and the answer lies unread in the kernel. Timers fire before the event loop looks at its sockets,
 * so the attempt ends only after the loop has looked once more. A late reader never calls a packet dropped.
 *
 * @param start begins the attempt and returns what takes it down again.
 * @param onDeadline may prolong: returns true to be asked again after another deadline.
 */
export function attempt(
  deadlineMs: number,
  start: (finish: Finish) => () => void,
  onDeadline: () => End | "prolong" = () => ({ kind: "timeout" }),
): Promise<Outcome> {
  return new Promise((resolve) => {
    const began = performance.now();
    let timer: NodeJS.Timeout | undefined;
    let ended = false;
    let release: (() => void) | undefined;
    const finish: Finish = (end) => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      release?.();
      resolve({ ...end, ms: Math.round(performance.now() - began) });
    };
    const expire = (): void => {
      timer = setTimeout(() => {
        setImmediate(() => {
          if (ended) return;
          const end = onDeadline();
          if (end === "prolong") expire();
          else finish(end);
        });
      }, deadlineMs);
    };
    expire();
    release = start(finish);
    if (ended) release();
  });
}

/** The end that a system error means. */
export function endOfError(error: NodeJS.ErrnoException): End {
  return error.code === "ECONNREFUSED"
    ? { kind: "refused" }
    : { kind: "error", message: error.code ?? error.message };
}
