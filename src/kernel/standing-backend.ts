import { chooseBackend } from "./choose-backend.ts";
import type { Exec } from "./exec.ts";
import { standingBackends } from "./standing-backends.ts";
import type { Backend } from "./variant.ts";

/** Whose rules are read. */
export interface StandingBackend {
  readonly backend: Backend;
  /** Where something of ours stands, too, though nobody asked for it. */
  readonly others: readonly Backend[];
}

/**
 * Where ours stands on this node, for who only reads: in our tables of nftables where there are any, else in the one iptables that
 * has ours; where both have, or neither, where an enforcer would write by itself.
 */
export async function standingBackend(exec: Exec, asked: Backend | "auto"): Promise<StandingBackend> {
  if (asked !== "auto") return { backend: asked, others: [] };
  const standing = await standingBackends(exec);
  const [only] = standing;
  const backend = standing.length === 1 && only !== undefined ? only : await chooseBackend(exec);
  return { backend, others: standing.filter((each) => each !== backend) };
}
