/** What upstream's probes waited for, by its log. */
export interface ProbeWaits {
  /** Probes that had to fail, and did: each waits for its time-out where what is denied is dropped. */
  readonly denied: number;
  /** Probes that had to fail and did not, tried again each second: of a pod to itself, for ten seconds, as that is never denied. */
  readonly repeated: number;
  /** Seconds of a run, one test after the other, in which nothing but that can happen: three probes go on beside each other. */
  readonly seconds: number;
}

/** As kubemanager.go of Kubernetes 1.36 has them. */
const TIMEOUT = 3;
const POLL_INTERVAL = 1;
const WORKERS = 3;

/** Reads the log of a run with `-v`: it shows what each test has observed as a matrix, an X where nothing came through. */
export function probeWaits(log: string): ProbeWaits {
  const lines = log.split("\n");
  let denied = 0;
  let isObserved = false;
  for (const line of lines) {
    const [, heading] = /\] (expected|observed|comparison):$/.exec(line) ?? [];
    if (heading !== undefined) isObserved = heading === "observed";
    else if (isObserved) denied += line.split(/\s+/).filter((word) => word === "X").length;
  }
  const repeated = lines.filter((line) => line.includes(":: connectivity not expected ::")).length;
  return { denied, repeated, seconds: (denied * TIMEOUT + repeated * POLL_INTERVAL) / WORKERS };
}
