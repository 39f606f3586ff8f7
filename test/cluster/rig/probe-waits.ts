/** What upstream's probes wait for, however fast an enforcer is; by its log. */
export interface ProbeWaits {
  /** Probes that had to fail, and did: each waits for its time-out where what is denied is dropped. */
  readonly denied: number;
  /**
   * Probes of a pod to itself that upstream would have fail: no policy can do that, so they are repeated for ten seconds, and then
   * left out of the verdict.
   */
  readonly selves: number;
  /** Seconds of a run, one test after the other, in which nothing but that can happen. */
  readonly seconds: number;
  /** The same, where what is denied is refused at once. */
  readonly secondsIfRefused: number;
}

/** As kubemanager.go of Kubernetes 1.36 has them, in seconds; so many probes go on beside each other. */
const TIMEOUT = 3;
const PATIENCE = 10;
const WORKERS = 3;

type Matrix = readonly (readonly string[])[];

/** The matrices under one heading, in the log's order: X where nothing comes through, a row for who sends. */
function matrices(log: string, heading: string): Matrix[] {
  return log
    .split(`] ${heading}:\n`)
    .slice(1)
    .map((text) => {
      const rows = text.split("\n").slice(2);
      const end = rows.findIndex((line) => line.trim() === "");
      return rows.slice(0, end).map((line) => line.trim().split(/\s+/).slice(1));
    });
}

const denials = (matrix: Matrix): number => matrix.flat().filter((cell) => cell === "X").length;

const selvesDenied = (matrix: Matrix): number => matrix.filter((row, i) => row[i] === "X").length;

/** Of so many probes of so many seconds each, all of them begun as early as can be. */
const floor = (probes: readonly (readonly [number, number])[]): number =>
  Math.max(
    probes.reduce((sum, [count, seconds]) => sum + count * seconds, 0) / WORKERS,
    ...probes.map(([count, seconds]) => (count > 0 ? seconds : 0)),
  );

/** Reads the log of a run with `-v`, which shows what each test expected and what it saw. */
export function probeWaits(log: string): ProbeWaits {
  const observed = matrices(log, "observed");
  const rounds = matrices(log, "expected").map((expected, i) => ({
    denied: denials(observed[i] ?? []),
    selves: selvesDenied(expected) - selvesDenied(observed[i] ?? []),
  }));
  const sum = (of: (round: (typeof rounds)[number]) => number): number =>
    rounds.reduce((total, round) => total + of(round), 0);
  return {
    denied: sum(({ denied }) => denied),
    selves: sum(({ selves }) => selves),
    seconds: sum(({ denied, selves }) =>
      floor([
        [denied, TIMEOUT],
        [selves, PATIENCE],
      ]),
    ),
    secondsIfRefused: sum(({ selves }) => floor([[selves, PATIENCE]])),
  };
}
