import type { Party } from "../analysis/party.ts";
import type { ManifestCluster } from "../kube/manifest-cluster.ts";
import { findParty, noSuchParty } from "../library/parties.ts";
import { UsageError } from "./exit-codes.ts";

/** The end that the user named; throws UsageError where there is none of that name. */
export function partyIn(cluster: ManifestCluster, text: string): Party {
  const party = findParty(text, cluster);
  if (party === undefined) throw new UsageError(noSuchParty(text, cluster));
  return party;
}
