import { chmod, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import { type Enforcer, startEnforcer } from "../../../src/daemon/enforcer.ts";
import { CounterReader } from "../../../src/daemon/metrics/counter-reader.ts";
import { metrics } from "../../../src/daemon/metrics/metrics.ts";
import { prefixExec, processExec } from "../../../src/kernel/exec.ts";
import { prefixSessionDoor, processSessionDoor } from "../../../src/kernel/session/session-door.ts";
import type { EnforcerBackend } from "../../../src/lab/backend.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { type ApiServer, startApiServer } from "../../../src/lab/apiserver.ts";
import { NODE } from "../../daemon/fixture.ts";
import { keptOpen } from "../kept-open.ts";
import { type OwnNetns, ownNetns } from "../own-netns.ts";

const TOOLS = ["iptables", "ip6tables"].flatMap((tool) =>
  ["nft", "legacy"].flatMap((variant) => ["save", "restore"].map((verb) => `${tool}-${variant}-${verb}`)),
);

/** A node whose programs can be taken away, and whose enforcer runs on real ones in a network namespace of its own. */
export interface FailureRig {
  readonly api: ApiServer;
  readonly enforcer: Enforcer;
  readonly netns: OwnNetns;
  /** What was logged at level error, as one text. */
  readonly errors: () => string;
  /** The value of `selvedge_apply_failures_total` for a step. */
  readonly failed: (step: string) => Promise<number>;
  /** Takes a program away, or puts a shell script in its place (`$real` is the program). */
  readonly replace: (program: string, script: string | undefined) => Promise<void>;
  /** Puts the real one back. */
  readonly mend: (program: string) => Promise<void>;
  /** xtables' lock of this node alone. */
  readonly lockFile: string;
}

/** The words by which a program finds /proc so. */
export const READ_ONLY_PROC = [
  "unshare",
  "--mount",
  "sh",
  "-c",
  'mount -o remount,bind,ro /proc && exec "$@"',
  "sh",
] as const;

export interface FailureRigOptions {
  /** Shell scripts in programs' places from the start, by program (`$real` is the program). */
  readonly replaced?: Readonly<Record<string, string>>;
  /** More words by which the enforcer's programs are entered (`unshare …`). */
  readonly within?: readonly string[];
}

/** Starts the enforcer, whose first pass may read and write before this returns. Everything ends with the test. */
export async function failureRig(
  backend: EnforcerBackend,
  { replaced = {}, within = [] }: FailureRigOptions = {},
): Promise<FailureRig> {
  const netns = await ownNetns();
  onTestFinished(() => netns.remove());
  const directory = await mkdtemp(join(tmpdir(), "selvedge-failures-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const lockFile = join(directory, "xtables.lock");
  const mend = async (program: string): Promise<void> => {
    await rm(join(directory, program), { force: true });
    await symlink(join("/usr/sbin", program), join(directory, program));
  };
  const replace: FailureRig["replace"] = async (program, script) => {
    await rm(join(directory, program), { force: true });
    if (script === undefined) return;
    await writeFile(join(directory, program), `#!/bin/sh\nreal=/usr/sbin/${program}\n${script}\n`);
    await chmod(join(directory, program), 0o755);
  };
  for (const program of ["ipset", "conntrack", "nft", ...TOOLS]) await mend(program);
  for (const [program, script] of Object.entries(replaced)) await replace(program, script);
  for (const program of ["sh", "cat", "mount", "sed"])
    await symlink(join("/bin", program), join(directory, program));
  const [first, ...rest] = netns.enter;
  const environment = ["env", `PATH=${directory}`, `XTABLES_LOCKFILE=${lockFile}`];
  const enter: [string, ...string[]] = [first, ...rest, ...within, ...environment];

  const api = await startApiServer({ bookmarkIntervalMs: 50 });
  onTestFinished(() => api.close());
  const client = new KubeClient({
    server: new URL(api.url),
    authorize: () => Promise.resolve({ headers: {}, tls: {} }),
  });
  const errors: string[] = [];
  const log = pino({ level: "error" }, { write: (line) => void errors.push(line) });
  const measured = metrics(new CounterReader(() => Promise.reject(new Error("no counters here"))));
  const stop = new AbortController();
  const exec = prefixExec(processExec, enter);
  const enforcer = startEnforcer({
    node: NODE,
    client,
    exec,
    backend: keptOpen(backend, exec, prefixSessionDoor(processSessionDoor, enter), {
      restMs: 50,
      // A script in a program's place may outlive it, and keep silent.
      patienceMs: 3_000,
    }),
    log,
    observers: [measured.observer],
    signal: stop.signal,
    driftInterval: 300,
    startGate: "off",
    cniCache: directory,
  });
  onTestFinished(async () => {
    stop.abort();
    await enforcer.done;
    client.close();
  });
  return {
    api,
    enforcer,
    netns,
    errors: () => errors.join(""),
    failed: async (step) => {
      const { values } = (await measured.registry
        .getSingleMetric("selvedge_apply_failures_total")
        ?.get()) ?? {
        values: [],
      };
      return values.find(({ labels }) => labels["step"] === step)?.value ?? 0;
    },
    replace,
    mend,
    lockFile,
  };
}
