import type { Node, Pod } from "../../../src/core/cluster.ts";
import type { Cluster } from "../../../src/core/compile.ts";
import { type Bits, bitsOfAddress } from "../bits.ts";

/** One end of a connection, as the naive evaluator sees it. */
export interface NaiveEnd {
  /** Absent where the end is no pod that policies can see. */
  readonly pod?: Pod;
  /** Absent where the end is no node; its name may be unknown even so. */
  readonly node?: { readonly name: string | undefined };
  /** Tells apart the pods that one entry stands for. */
  readonly replica?: number;
  /** The addresses of one family that the end may turn out to speak from; more than one where nobody knows which. */
  readonly candidates: readonly Bits[];
}

const isVisible = ({ hostNetwork, finished }: Pod): boolean => !hostNetwork && !finished;

const claims = ({ addresses }: Pod, bits: Bits): boolean =>
  addresses !== "unknown" && addresses.some((address) => bitsOfAddress(address) === bits);

const olderFirst = (a: Pod, b: Pod): number =>
  a.createdAt - b.createdAt || (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? 1 : -1);

/** Whose address it is: the newest running pod's that says so; else a node's; else nobody's. */
export function endAt(bits: Bits, { pods }: Cluster, nodes: readonly Node[]): NaiveEnd {
  const pod = pods
    .filter((each) => isVisible(each) && claims(each, bits))
    .sort(olderFirst)
    .at(-1);
  if (pod !== undefined) return { pod, candidates: [bits] };
  const node = nodes.find(({ addresses }) => addresses.some((address) => bitsOfAddress(address) === bits));
  return node === undefined ? { candidates: [bits] } : { node: { name: node.name }, candidates: [bits] };
}
