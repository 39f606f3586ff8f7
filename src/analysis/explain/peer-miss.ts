import { type Family, families, formatAddress } from "../../core/address.ts";
import { addressSet, noAddresses, subtractAddresses } from "../../core/address-set.ts";
import { type Cidr, parseCidr } from "../../core/cidr.ts";
import type { Namespace, Pod } from "../../core/cluster.ts";
import { isWithin } from "../../core/end.ts";
import type { IPBlock, NetworkPolicyPeer } from "../../core/network-policy.ts";
import { isEverything, selector } from "../../core/selector.ts";
import type { Party } from "../party.ts";
import type { Path } from "../lint/lint-input.ts";
import { NEVER, type RawMiss } from "./nearest-miss.ts";
import { NAME_LABEL } from "./rule-scope.ts";
import { selectorMisses } from "./selector-misses.ts";

/** Who a peer is held against. */
export interface PeerView {
  readonly party: Party;
  readonly family: Family;
  /** The policy's own namespace. */
  readonly namespace: string;
  readonly namespaces: ReadonlyMap<string, Namespace>;
}

const within = (base: Path, steps: Path): Path => [...base, ...steps];

/** `undefined`: it matches, for sure. A peer with both selectors is missed by all of their conditions together. */
export function peerMiss(peer: NetworkPolicyPeer, path: Path, view: PeerView): RawMiss | undefined {
  const { ipBlock, namespaceSelector, podSelector } = peer;
  if (ipBlock !== undefined) return blockMiss(ipBlock, within(path, ["ipBlock"]), view);
  if (namespaceSelector === undefined && podSelector === undefined)
    return { path, message: "an empty peer matches nothing", distance: NEVER };
  const { end } = view.party;
  if (end.kind === "pod") return podMiss(peer, path, end.pod, view);
  const field = podSelector === undefined ? "namespaceSelector" : "podSelector";
  return {
    path: within(path, [field]),
    message: `selectors match pods, and ${notPod(view.party)}`,
    help: "only an ipBlock can name it",
    distance: NEVER,
  };
}

function notPod({ name, end, hostPod }: Party): string {
  if (hostPod !== undefined) return `${name} uses its node's network`;
  return end.kind === "node" ? `${name} is a node` : `${name} is outside the cluster`;
}

function namespaceMisses(peer: NetworkPolicyPeer, path: Path, pod: Pod, view: PeerView): RawMiss[] {
  const { namespaceSelector } = peer;
  const { name } = view.party;
  if (namespaceSelector === undefined) {
    if (pod.namespace === view.namespace) return [];
    return [
      {
        path: within(path, ["podSelector"]),
        message: `pods of ${view.namespace} only; ${name} is in ${pod.namespace}`,
        help: `a podSelector by itself means the policy's own namespace: add, in the same list item, a namespaceSelector that matches ${pod.namespace}`,
        distance: 1,
      },
    ];
  }
  const own = view.namespaces.get(pod.namespace);
  if (own === undefined) {
    if (isEverything(selector(namespaceSelector))) return [];
    const message = `the labels of namespace ${pod.namespace} are not known`;
    return [{ path: within(path, ["namespaceSelector"]), message, distance: 1 }];
  }
  return selectorMisses(namespaceSelector, own.labels, `namespace ${pod.namespace}`).map((miss) => ({
    path: within(path, ["namespaceSelector", ...miss.path]),
    message: miss.path.at(-1) === NAME_LABEL ? `${name} is in ${pod.namespace}` : miss.message,
    distance: 1,
  }));
}

function podMiss(peer: NetworkPolicyPeer, path: Path, pod: Pod, view: PeerView): RawMiss | undefined {
  const ofPod = selectorMisses(peer.podSelector ?? {}, pod.labels, view.party.name).map((miss): RawMiss => ({
    ...miss,
    path: within(path, ["podSelector", ...miss.path]),
    distance: 1,
  }));
  const all = [...namespaceMisses(peer, path, pod, view), ...ofPod];
  const [first] = all;
  if (first === undefined) return undefined;
  const more = all.length - 1;
  const rest = more === 0 ? "" : `, and ${all[1]?.message}${more > 1 ? `, and ${more - 1} more` : ""}`;
  return { ...first, message: `${first.message}${rest}`, distance: all.length };
}

const cidrs = (texts: readonly string[]): Cidr[] => texts.map(parseCidr).filter((cidr) => cidr !== undefined);

function blockMiss({ cidr, except = [] }: IPBlock, path: Path, view: PeerView): RawMiss | undefined {
  const { party, family } = view;
  const whole = addressSet(cidrs([cidr]));
  const isReadable = cidrs([cidr, ...except]).length === except.length + 1;
  const set = isReadable ? subtractAddresses(whole, addressSet(cidrs(except))) : noAddresses;
  const answer = isWithin(party.end, set, family);
  if (answer === "yes") return undefined;
  const at = within(path, ["cidr"]);
  const { end, name } = party;
  // Whoever is a pod is better named by its labels: a block that holds it is no near miss.
  const distance = end.kind === "pod" ? NEVER - 1 : 1;
  if (answer === "maybe") {
    const message =
      end.kind !== "address" && addressesOf(party) !== "unknown"
        ? `holds some of the addresses of ${name}`
        : `holds ${name} only where its address, not known yet, lies in the block`;
    return { path: at, message, help: "name its labels instead, or ask when it runs", distance: 0 };
  }
  if (whole[family].length === 0) {
    const other = families.find((each) => each !== family) ?? family;
    return { path: at, message: `a block of ${other}, and this is ${family}`, distance: NEVER };
  }
  const hole = except.findIndex(
    (each) => isWithin(end, addressSet(cidrs([each])), family) === "yes" && addressesOf(party) !== "unknown",
  );
  const who = end.kind === "address" ? name : `${name}${ownAddress(party, family)}`;
  return hole === -1
    ? { path: at, message: `does not hold ${who}`, distance }
    : {
        path: within(path, ["except", hole]),
        message: `takes ${who} out of ${cidr}`,
        help: "an except closes nothing: another peer, or another rule, may still allow the address",
        distance,
      };
}

function addressesOf({ end }: Party): Pod["addresses"] {
  if (end.kind === "address") return [end.address];
  if (end.kind === "node") return end.addresses;
  return end.address === undefined ? end.pod.addresses : [end.address];
}

function ownAddress(party: Party, family: Family): string {
  const addresses = addressesOf(party);
  if (addresses === "unknown") return "";
  const texts = addresses.filter((each) => each.family === family).map(formatAddress);
  return texts.length === 0 ? "" : ` (${texts.slice(0, 2).join(", ")})`;
}
