import type { Exec } from "../kernel/exec.ts";
import type { Backend } from "./backend.ts";

/** How pods of different nodes reach each other: flannel's two common backends. */
export type PodNetwork = "vxlan" | "host-gw";

/** What every part of one lab knows of it. */
export interface LabContext {
  readonly name: string;
  /** Everything that the lab keeps in files. */
  readonly dir: string;
  readonly backend: Backend;
  readonly network: PodNetwork;
  /** Where the CNI plugins are. */
  readonly cniDir: string;
  /** Runs on the machine itself, outside all of the lab's namespaces, marked as the lab's. */
  readonly exec: Exec;
}
