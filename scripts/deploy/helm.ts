import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { type ExecResult, execOrThrow, processExec } from "../../src/kernel/exec.ts";
import { cacheDir } from "./cache-dir.ts";

const VERSION = "v4.3.1";

/** Helm at its pinned version, where `make helm` puts it; built once a machine. */
export const helmProgram = (): string => cacheDir("helm", VERSION, "helm");

/** Builds Helm from its published module where it is missing. */
export async function installHelm(): Promise<void> {
  const program = helmProgram();
  if (existsSync(program)) return;
  console.log(`helm ${VERSION}: go install into ${dirname(program)}, some minutes, once a machine`);
  await mkdir(dirname(program), { recursive: true });
  await execOrThrow(processExec, {
    command: "go",
    args: ["install", `helm.sh/helm/v4/cmd/helm@${VERSION}`],
    env: { GOBIN: dirname(program), CGO_ENABLED: "0" },
    timeoutMs: 1_800_000,
  });
}

/** Runs it apart from the user's own settings and plugins. */
export const helm = (args: readonly string[], input?: string): Promise<ExecResult> =>
  processExec({
    command: helmProgram(),
    args,
    env: {
      HELM_CONFIG_HOME: "/nonexistent",
      HELM_DATA_HOME: "/nonexistent",
      HELM_CACHE_HOME: "/nonexistent",
    },
    ...(input !== undefined && { input }),
  });
