import { addressBook } from "../../../src/core/address-book.ts";
import type { Family } from "../../../src/core/address.ts";
import { keyOf } from "../../../src/core/cluster.ts";
import { type Cluster, compile } from "../../../src/core/compile.ts";
import type { End } from "../../../src/core/end.ts";
import { judge, verdictFor } from "../../../src/core/evaluate.ts";
import { livePods } from "../../../src/core/live-pods.ts";
import type { Flow } from "../../../src/core/traffic.ts";
import { nodes } from "../../support/arbitrary/addresses.ts";
import { type Bits, addressOfBits } from "../../support/bits.ts";

/** What must become of the packets between two addresses when they meet one node's kernel. */
export interface NodeView {
  /** Whether the address is a pod's that this node isolates. */
  isLocal(bits: Bits): boolean;
  /** Whether the address is the node's own. */
  isOwn(bits: Bits): boolean;
  /** Two addresses of one pod: what passes between them never leaves the pod. */
  areOnePod(a: Bits, b: Bits): boolean;
  /** Of the connection's two verdicts a node takes the egress one for its pods, and the ingress one for its pods. */
  verdict(source: Bits, destination: Bits, flow: Flow): "allowed" | "denied";
}

const familyOf = (bits: Bits): Family => (bits.length === 32 ? "IPv4" : "IPv6");

export function nodeView(cluster: Cluster, node: string): NodeView {
  const program = compile(cluster);
  const book = addressBook(livePods(cluster.pods), nodes);
  const ends = new Map<Bits, End>();
  const endOf = (bits: Bits): End => {
    const end = ends.get(bits) ?? book(addressOfBits(bits));
    ends.set(bits, end);
    return end;
  };
  const isLocalEnd = (end: End): boolean => end.kind === "pod" && end.pod.node === node;
  return {
    isLocal: (bits) => isLocalEnd(endOf(bits)),
    isOwn: (bits) => {
      const end = endOf(bits);
      return end.kind === "node" && end.name === node;
    },
    areOnePod: (a, b) => {
      const [one, other] = [endOf(a), endOf(b)];
      return one.kind === "pod" && other.kind === "pod" && keyOf(one.pod) === keyOf(other.pod);
    },
    verdict: (from, to, flow) => {
      const [source, destination] = [endOf(from), endOf(to)];
      const { exempt, egress, ingress } = judge(program, source, destination, familyOf(from));
      if (exempt === "yes") return "allowed";
      const verdicts = new Set([
        isLocalEnd(source) ? verdictFor(egress, flow) : "allowed",
        isLocalEnd(destination) ? verdictFor(ingress, flow) : "allowed",
      ]);
      // All addresses are known: a verdict that hangs on one is wrong.
      if (exempt === "maybe" || verdicts.has("depends")) throw new Error("core/evaluate: depends");
      return verdicts.has("denied") ? "denied" : "allowed";
    },
  };
}
