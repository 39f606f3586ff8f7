import { join } from "node:path";

/** The lab that `make lab` builds. */
export const DEFAULT_LAB = "lab";

/** Where every lab keeps its files, one directory each. */
export const LABS_DIR = "/run/selvedge-lab";

/** Where `ip netns` keeps its names. */
export const NETNS_DIR = "/run/netns";

/** Set in the environment of every process of a lab, so that teardown finds it whatever else is lost. */
export const LAB_MARK = "SELVEDGE_LAB";

// Short, because a unix socket's path has 107 bytes; no dash, so that no lab's names are a prefix of
// another's.
const LAB_NAME = /^[a-z0-9]{1,12}$/;

/** The name as it is, or an exception that says what a lab's name looks like. */
export function checkedLabName(name: string): string {
  if (!LAB_NAME.test(name)) throw new Error(`lab name ${JSON.stringify(name)}: want 1 to 12 of a-z and 0-9`);
  return name;
}

/** Where one lab keeps its files. */
export function labDir(lab: string): string {
  return join(LABS_DIR, checkedLabName(lab));
}

/** The prefix that marks a network namespace as this lab's. */
export function netnsPrefix(lab: string): string {
  return `sv-${checkedLabName(lab)}-`;
}

/** The lab that a network namespace belongs to, by its name alone; undefined for anybody else's. */
export function labOfNetns(netns: string): string | undefined {
  return /^sv-([a-z0-9]{1,12})-/.exec(netns)?.[1];
}

/** The name of a pod's network namespace. */
export function podNetns(lab: string, sandboxId: string): string {
  return `${netnsPrefix(lab)}p-${sandboxId.slice(0, 12)}`;
}

/** The path by which programs enter a named network namespace. */
export function netnsPath(netns: string): string {
  return join(NETNS_DIR, netns);
}
