import { processExec, type Exec } from "../kernel/exec.ts";
import { LAB_MARK } from "./names.ts";

/** Runs programs marked as a lab's, so that teardown finds whatever of them hangs. */
export function markedExec(lab: string, env: Readonly<Record<string, string>> = {}): Exec {
  return (request) => processExec({ ...request, env: { [LAB_MARK]: lab, ...env, ...request.env } });
}

/** The words that put a command into a network namespace alone. */
export function inNetns(netnsPath: string): [string, ...string[]] {
  return ["nsenter", `--net=${netnsPath}`, "--"];
}

/** The words that put a command into the network and mount namespaces of a node, by its holder. */
export function inNode(holderPid: number): [string, ...string[]] {
  return ["nsenter", `--target=${holderPid}`, "--net", "--mount", "--"];
}
