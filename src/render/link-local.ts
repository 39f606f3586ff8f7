import type { Family } from "../core/address.ts";
import type { Host } from "./host.ts";
import { ruleText } from "./rule-text.ts";

/** RFC 4291 section 2.5.6. */
export const LINK_LOCAL = "fe80::/10";
/** RFC 4291 section 2.7. */
export const MULTICAST = "ff00::/8";

export const NOBODY = "link-local: nobody is known by such an address";

/**
 * Pods on one bridge hear each other's link-local addresses, which need no privilege and are told to nobody: by them two
 * isolated pods would talk past every policy (seen with the bridge plugin and br_netfilter). Nowhere else is such a packet
 * forwarded. Neighbour discovery has passed before, multicast goes on, and what passes between a pod and its node is not
 * forwarded. A bridge without pods is nobody's business here.
 */
export const linkLocalRules = (family: Family, { bridges }: Host): string[] =>
  family === "IPv4"
    ? []
    : bridges.flatMap((bridge) => [
        ruleText(`-d ${LINK_LOCAL} -i ${bridge} -o ${bridge} -j DROP`, NOBODY),
        ruleText(`-s ${LINK_LOCAL} ! -d ${MULTICAST} -i ${bridge} -o ${bridge} -j DROP`, NOBODY),
      ]);
