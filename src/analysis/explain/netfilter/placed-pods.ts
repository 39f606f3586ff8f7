import { type Address, formatAddress, parseAddress } from "../../../core/address.ts";
import { type Pod, keyOf } from "../../../core/cluster.ts";
import type { Party } from "../../party.ts";
import type { ExplainInput } from "../explain-input.ts";
import type { ExplainedPair } from "../explanation.ts";
import type { StandIn } from "./kernel-walk.ts";

/** Of the documentation's blocks (RFC 5737, RFC 3849), so that nobody takes them for a pod's. */
const STAND_INS = { from: ["192.0.2.1", "2001:db8::1"], to: ["192.0.2.2", "2001:db8::2"] } as const;

/** The cluster's pods as the enforcer would see them, those that are asked about among them, each at an address. */
export interface PlacedPods {
  readonly pods: readonly Pod[];
  readonly standIns: readonly StandIn[];
}

const isAddress = (address: Address | undefined): address is Address => address !== undefined;

function placed(
  { end }: Party,
  texts: readonly string[],
): { readonly pod: Pod; readonly standIn?: string | undefined } | undefined {
  if (end.kind !== "pod") return undefined;
  const { pod } = end;
  if (pod.addresses !== "unknown") return { pod };
  return { pod: { ...pod, addresses: texts.map(parseAddress).filter(isAddress) }, standIn: texts[0] };
}

/** Gives the two ends addresses where they have none. */
export function placedPods({ pods }: ExplainInput, { from, to }: ExplainedPair): PlacedPods {
  // Of a pod and itself, or its like, one address is enough.
  const ends = [placed(to, STAND_INS.to), placed(from, STAND_INS.from)].filter((end) => end !== undefined);
  const own = new Map(ends.map(({ pod }) => [keyOf(pod), pod]));
  const standIns = [...own.values()].flatMap((pod): StandIn[] => {
    const end = ends.findLast((each) => each.pod === pod);
    if (end?.standIn === undefined || pod.addresses === "unknown") return [];
    return pod.addresses.map((address) => ({ address: formatAddress(address), pod: keyOf(pod) }));
  });
  const others = pods.filter((pod) => !own.has(keyOf(pod)));
  return { pods: [...others, ...own.values()], standIns };
}
