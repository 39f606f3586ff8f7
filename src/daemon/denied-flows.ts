import type { Address } from "../core/address.ts";
import { formatAddress } from "../core/address.ts";
import { addressBook } from "../core/address-book.ts";
import type { Node, Pod } from "../core/cluster.ts";
import type { End } from "../core/end.ts";
import { judge } from "../core/evaluate.ts";
import type { Program } from "../core/program.ts";
import { containsFlow } from "../core/traffic.ts";
import type { TrackedFlow } from "../kernel/conntrack.ts";

export interface NodeView {
  readonly program: Program;
  readonly node: string;
  /** Live pods of the whole cluster. */
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  /** This node's own addresses, whatever interface has them. */
  readonly own: readonly Address[];
}

/**
 * The flows that this node's kernel would not let begin today. Judged as the kernel judges them: this node speaks for
 * its own pods only, in both directions; packets of the node itself and of a pod to itself are nobody's business.
 */
export function deniedFlows(
  flows: readonly TrackedFlow[],
  { program, node, pods, nodes, own }: NodeView,
): TrackedFlow[] {
  const owner = addressBook(pods, [...nodes, { name: node, addresses: own }]);
  const isLocal = (end: End): boolean => end.kind === "pod" && end.pod.node === node;
  return flows.filter(({ source, destination, flow }) => {
    const from = owner(source);
    const to = owner(destination);
    if (!isLocal(from) && !isLocal(to)) return false;
    const { exempt, egress, ingress } = judge(program, from, to, source.family);
    if (exempt === "yes") return false;
    return (
      (isLocal(from) && !containsFlow(egress.possible, flow)) ||
      (isLocal(to) && !containsFlow(ingress.possible, flow))
    );
  });
}

/** The flows at either end of which stands one of these addresses. */
export function flowsOf(flows: readonly TrackedFlow[], addresses: ReadonlySet<string>): TrackedFlow[] {
  return flows.filter(
    ({ source, destination }) =>
      addresses.has(formatAddress(source)) || addresses.has(formatAddress(destination)),
  );
}
