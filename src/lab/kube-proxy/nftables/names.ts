import { base32Hash } from "../chain-names.ts";
import type { ServiceFacts } from "../facts.ts";
import type { Endpoint } from "../service.ts";

const HASH_LENGTH = 8;
/** nftables' 128 bytes less the longest of kube-proxy's prefixes. */
const LONGEST = 112;

/** kube-proxy's `hashAndTruncate`: readable, and unique where that is cut off. */
function hashed(path: string): string {
  const name = `${base32Hash(path, HASH_LENGTH)}-${path}`;
  return name.length <= LONGEST ? name : `${name.slice(0, LONGEST - 3)}...`;
}

/** What follows `service-`, `local-` and `external-` in the names of a service port's chains. */
export const serviceBase = ({ path }: Pick<ServiceFacts, "path">): string => hashed(path);

/** The chain of one endpoint; colons are for nft alone. */
export const endpointName = (
  { path }: Pick<ServiceFacts, "path">,
  { address, port }: Pick<Endpoint, "address" | "port">,
): string => `endpoint-${hashed(`${path}__${address.replaceAll(":", ".")}/${port}`)}`;
