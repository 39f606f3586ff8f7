import type { ObjectKey } from "./cluster.ts";
import type { Direction } from "./policy.ts";

/** On which side of an isolated pod the packet was denied; `gate`: an end is a pod that is not programmed yet. */
export type DenialCause = Direction | "gate";

/** A packet that was denied, as people ask about it. */
export interface Denial {
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly cause: DenialCause;
  /** `namespace/name`, `node NAME`, or the address where nobody is known to have it. */
  readonly from: string;
  readonly to: string;
  readonly source: string;
  readonly destination: string;
  /** `TCP/80`, `ICMP type 8`, `protocol 47`. */
  readonly traffic: string;
  /** Those that isolate the subject; empty for the start gate's. */
  readonly policies: readonly ObjectKey[];
  /** What the rule that came nearest lets pass instead, in words. */
  readonly nearest?: string;
}

const list = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

/** A name, and the address in brackets where the name is not that already. */
const end = (name: string, address: string): string => (name === address ? name : `${name} (${address})`);

function why({ cause, policies, nearest }: Denial): string {
  if (cause === "gate") return "start gate: a pod that is not programmed yet";
  const isolated = policies.length === 0 ? "isolated" : `isolated by ${list(policies)}`;
  return nearest === undefined
    ? `${cause} is ${isolated}, and no rule allows it`
    : `${cause} is ${isolated}; ${nearest}`;
}

/** `shop/front (10.244.1.5) -> shop/db (10.244.2.7) TCP/80 denied: ingress is isolated by shop/db, and no rule allows it`. */
export function denialText(denial: Denial): string {
  const { from, to, source, destination, traffic } = denial;
  return `${end(from, source)} -> ${end(to, destination)} ${traffic} denied: ${why(denial)}`;
}
