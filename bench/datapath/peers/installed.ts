import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { execOrThrow, processExec } from "../../../src/kernel/exec.ts";

export const KUBE_ROUTER_MODULE = "github.com/cloudnativelabs/kube-router/v2";

/** Where `make bench-peers` puts programs: outside of the checkout, so that they outlive it. */
export const peersDir = (): string =>
  join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "selvedge", "bench-peers");

/** What `make bench-peers` was told where it could install nothing. */
export const refusalFile = (): string => join(peersDir(), "kube-router.refused");

export const kubeRouterProgram = (): string => join(peersDir(), "kube-router");

/** The version that a Go program was built from, as it carries it; undefined where there is no such program. */
export async function installedVersion(program: string): Promise<string | undefined> {
  if (!existsSync(program)) return undefined;
  const info = await execOrThrow(processExec, { command: "go", args: ["version", "-m", program] });
  return (
    new RegExp(`^\\s+mod\\s+${KUBE_ROUTER_MODULE}\\s+(\\S+)`, "m").exec(info)?.[1] ?? "of an unknown version"
  );
}
