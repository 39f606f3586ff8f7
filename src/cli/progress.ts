const QUIET = 1000;
const INTERVAL = 100;

/** Says how far something is that takes long. */
export interface Progress {
  readonly at: (done: number, all: number) => void;
  /** Takes back what was said. */
  readonly end: () => void;
}

const silent: Progress = { at: () => undefined, end: () => undefined };

/** On a terminal's standard error, from a second after it began; nowhere else. */
export function progress(
  what: string,
  out: Pick<NodeJS.WriteStream, "isTTY" | "write"> = process.stderr,
): Progress {
  if (!out.isTTY) return silent;
  let next = performance.now() + QUIET;
  let isShown = false;
  return {
    at(done, all) {
      if (performance.now() < next) return;
      next = performance.now() + INTERVAL;
      isShown = true;
      out.write(`\r${what}: ${Math.floor((100 * done) / all)} %`);
    },
    end() {
      if (isShown) out.write("\r\u001b[K");
    },
  };
}
