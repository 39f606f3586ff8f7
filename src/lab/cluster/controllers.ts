import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { type KubeClient, KubeError } from "../../kube/client.ts";
import { collections } from "../../kube/wire/api.ts";
import type { Lab } from "../lab.ts";
import { LAB_MARK } from "../names.ts";
import type { ControlPlane } from "./control-plane.ts";
import { apply } from "./objects.ts";

const SELVEDGE = fileURLToPath(new URL("../../../bin/selvedge", import.meta.url));
const CRDS = fileURLToPath(new URL("../../../crds/", import.meta.url));

/** Where the controllers' Lease is, as the enforcers look for it. */
const NAMESPACE = "selvedge-system";

const NOT_FOUND = 404;
const CONFLICT = 409;

export interface RunningController {
  readonly logFile: string;
  readonly pid: number | undefined;
  /** Ends it as a rolling update does: it steps down. */
  stop(): Promise<void>;
  /** Ends it without a chance to say goodbye. */
  kill(): Promise<void>;
}

/** Makes Selvedge's own kinds, which are served when this resolves, and the namespace of its Lease. */
export async function installDefinitions({ client }: Pick<ControlPlane, "client">): Promise<void> {
  await apply(client, { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
  for (const file of await readdir(CRDS)) {
    const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    const body: unknown = parse(await readFile(join(CRDS, file), "utf8"));
    await client.request({ method: "POST", path, body }).catch((error: unknown) => {
      if (!(error instanceof KubeError && error.status === CONFLICT)) throw error;
    });
  }
  for (const path of Object.values(collections)) await untilServed(client, path);
}

async function untilServed(client: KubeClient, path: string): Promise<void> {
  for (;;) {
    try {
      await client.request({ path });
      return;
    } catch (error) {
      if (!(error instanceof KubeError && error.status === NOT_FOUND)) throw error;
      await sleep(25);
    }
  }
}

/** Starts `selvedge controller`, the very program that is shipped, on the machine itself, where the API server is. */
export function startController(
  lab: Pick<Lab, "name" | "dir">,
  { url }: Pick<ControlPlane, "url">,
  name: string,
): RunningController {
  const logFile = join(lab.dir, `controller-${name}.log`);
  const log = openSync(logFile, "a");
  const child = spawn(SELVEDGE, ["controller", "--server", url, "-n", NAMESPACE, "--health-port", "0"], {
    env: { ...process.env, [LAB_MARK]: lab.name },
    stdio: ["ignore", log, log],
    detached: true,
  });
  closeSync(log);
  child.unref();
  return { logFile, pid: child.pid, stop: () => end(child, "SIGTERM"), kill: () => end(child, "SIGKILL") };
}

/** Two, of which one leads. */
export async function startControllers(
  lab: Pick<Lab, "name" | "dir">,
  control: ControlPlane,
): Promise<readonly [RunningController, RunningController]> {
  await installDefinitions(control);
  return [startController(lab, control, "a"), startController(lab, control, "b")];
}

async function end(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}
