import { onTestFinished } from "vitest";
import { type OwnNetns, ownNetns } from "./own-netns.ts";

/** What kubelet leaves on a node by which it is found which iptables the node's parts use, as shell. */
export const hint = (variant: "nft" | "legacy"): string =>
  `iptables-${variant} -t mangle -N KUBE-IPTABLES-HINT`;

/** A network of its own until the test is over, in which this has been done. */
export async function nodeWith(...lines: readonly string[]): Promise<OwnNetns> {
  const netns = await ownNetns();
  onTestFinished(() => netns.remove());
  for (const line of lines) await netns.sh(line);
  return netns;
}
