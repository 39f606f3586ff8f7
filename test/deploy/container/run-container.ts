import { type ChildProcess, spawn } from "node:child_process";
import { openSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ExecResult, processExec } from "../../../src/kernel/exec.ts";
import { type OciOptions, ociConfig } from "./oci-config.ts";
import type { PodSpec } from "./pod-spec.ts";

export interface RunningContainer {
  /** As `kubectl exec` does: with the container's own privileges. */
  exec(...words: readonly string[]): Promise<ExecResult>;
  /** What it has written, both streams. */
  log(): Promise<string>;
  /** As kubelet ends it; its exit code. */
  stop(): Promise<number | null>;
  readonly ended: Promise<number | null>;
}

let started = 0;

/** Starts a pod's first container of this kind by runc, in a folder of the test's. */
export async function runContainer(
  pod: PodSpec,
  options: OciOptions & { readonly folder: string; readonly init?: true },
): Promise<RunningContainer> {
  started += 1;
  const id = `selvedge-test-${process.pid}-${started}`;
  const bundle = join(options.folder, id);
  await mkdir(bundle, { recursive: true });
  const [container] = options.init === true ? (pod.initContainers ?? []) : pod.containers;
  if (container === undefined) throw new Error("the pod has no such container");
  await writeFile(join(bundle, "config.json"), JSON.stringify(ociConfig(pod, container, options)));
  const runc = ["--root", join(options.folder, "runc")];
  const logFile = join(bundle, "log");
  const output = openSync(logFile, "w");
  const child: ChildProcess = spawn("runc", [...runc, "run", "--bundle", bundle, id], {
    stdio: ["ignore", output, output],
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once("exit", resolve);
  });
  return {
    exec: (...words) => processExec({ command: "runc", args: [...runc, "exec", id, ...words] }),
    log: () => readFile(logFile, "utf8"),
    stop: async () => {
      if (child.exitCode === null)
        await processExec({ command: "runc", args: [...runc, "kill", id, "TERM"] });
      return ended;
    },
    ended,
  };
}
