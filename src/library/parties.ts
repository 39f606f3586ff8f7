import type { Party } from "../analysis/party.ts";
import { formatAddress, parseAddress } from "../core/address.ts";
import { addressBook } from "../core/address-book.ts";
import { type Pod, keyOf } from "../core/cluster.ts";
import { podEnd } from "../core/end.ts";
import { livePods } from "../core/live-pods.ts";
import type { ManifestCluster } from "../kube/manifest-cluster.ts";

function partyOf(pod: Pod, cluster: ManifestCluster): Party {
  const workload = cluster.workloads.find(({ podKey }) => podKey === keyOf(pod));
  const several = workload !== undefined && (workload.replicas === "per-node" || workload.replicas > 1);
  return { name: keyOf(pod), end: podEnd(pod), several };
}

/** hostNetwork pods too: their traffic is their node's. Finished pods and pods whose address another has are nobody. */
function askable(cluster: ManifestCluster): Pod[] {
  return [...livePods(cluster.pods), ...cluster.pods.filter((pod) => pod.hostNetwork && !pod.finished)];
}

/** Every pod and workload of the cluster. */
export function allParties(cluster: ManifestCluster): Party[] {
  return askable(cluster).map((pod) => partyOf(pod, cluster));
}

const keyIn = (text: string): string => (text.includes("/") ? text : `default/${text}`);

/** Finds `ns/name`, `name` in the default namespace, or an address; `undefined` for what is none of them. */
export function findParty(text: string, cluster: ManifestCluster): Party | undefined {
  const address = parseAddress(text);
  if (address !== undefined) {
    const end = addressBook(livePods(cluster.pods), cluster.nodes)(address);
    return { name: formatAddress(address), end, several: false };
  }
  const pod = askable(cluster).find((each) => keyOf(each) === keyIn(text));
  return pod === undefined ? undefined : partyOf(pod, cluster);
}

const SHOWN = 10;

/** What to say where `findParty` found nobody, with some that there are. */
export function noSuchParty(text: string, cluster: ManifestCluster): string {
  const known = askable(cluster).map(keyOf).sort();
  const shown = `${known.slice(0, SHOWN).join(", ")}${known.length > SHOWN ? ", ..." : ""}`;
  return `no pod or workload ${keyIn(text)}${known.length === 0 ? "" : ` (there are ${shown})`}`;
}
