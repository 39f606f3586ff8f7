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
export function progress(what: string): Progress {
  if (!process.stderr.isTTY) return silent;
  let next = performance.now() + QUIET;
  let isShown = false;
  return {
    at(done, all) {
      if (performance.now() < next) return;
      next = performance.now() + INTERVAL;
      isShown = true;
      process.stderr.write(`\r${what}: ${Math.floor((100 * done) / all)} %`);
    },
    end() {
      if (isShown) process.stderr.write("\r\u001b[K");
    },
  };
}
