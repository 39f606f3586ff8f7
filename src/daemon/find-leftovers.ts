import type { Exec } from "../kernel/exec.ts";
import { standingBackends } from "../kernel/standing-backends.ts";
import { type Backend, backendName } from "../kernel/variant.ts";

/**
 * Where else something of ours stands, which an enforcer with another backend left: packets meet that, too, so it goes on denying
 * what it denied, and nobody brings it up to date. By the names that people give them.
 */
export async function findLeftovers(exec: Exec, own: Backend): Promise<string[]> {
  return (await standingBackends(exec)).filter((backend) => backend !== own).map(backendName);
}
