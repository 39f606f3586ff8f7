import type { Pod } from "../core/cluster.ts";
import type { End } from "../core/end.ts";

/** Who is asked about: one end, or several pods that are alike. */
export interface Party {
  /** `ns/name`, or an address. */
  readonly name: string;
  readonly end: End;
  /** Stands for two pods or more: then "itself" is one of its other pods. */
  readonly several: boolean;
  /** The hostNetwork pod that is asked about: its `end` is its node, as the enforcer sees it; others may see a pod. */
  readonly hostPod?: Pod;
}

/** The destination end: another replica where a party of several talks to itself. */
export function destinationOf(from: Party, to: Party): End {
  const isSibling = from.name === to.name && to.several && to.end.kind === "pod";
  return isSibling ? { ...to.end, replica: 1 } : to.end;
}
