/** A signal for as long as something takes, at most. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Forgets the timer and the signal that was followed. */
  readonly end: () => void;
}

/**
 * Aborts when a signal does, or after some milliseconds. Where many are made, `AbortSignal.any` of `AbortSignal.timeout` costs:
 * its timer stands until it fires, minutes after the watch that it was for was cut.
 */
export function deadline(followed: AbortSignal, milliseconds: number): Deadline {
  const controller = new AbortController();
  const follow = (): void => controller.abort(followed.reason);
  const timer = setTimeout(
    () => controller.abort(new DOMException(`no answer within ${milliseconds} ms`, "TimeoutError")),
    milliseconds,
  ).unref();
  if (followed.aborted) follow();
  else followed.addEventListener("abort", follow, { once: true });
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer);
      followed.removeEventListener("abort", follow);
    },
  };
}
