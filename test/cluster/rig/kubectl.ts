import { spawn } from "node:child_process";
import { join } from "node:path";
import { programs } from "../build/cache.ts";
import { inHome, inNetns } from "./home.ts";

/** `kubectl` as the cluster's administrator, in the control plane's network namespace. */
export const kubectlWords: readonly string[] = [
  ...inNetns("cp"),
  join(programs, "kubectl"),
  `--kubeconfig=${inHome("admin.kubeconfig")}`,
];

/** Runs kubectl; standard output. Throws with what it said where it fails. */
export async function kubectl(args: readonly string[], input?: string): Promise<string> {
  const [command = "", ...words] = kubectlWords;
  const child = spawn(command, [...words, ...args], { stdio: ["pipe", "pipe", "pipe"] });
  let out = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve(status ?? 1));
  });
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${errors.trim() || `exit ${code}`}`);
  return out;
}
