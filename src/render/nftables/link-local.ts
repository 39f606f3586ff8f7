import type { Family } from "../../core/address.ts";
import type { Host } from "../host.ts";
import { LINK_LOCAL, MULTICAST, NOBODY } from "../link-local.ts";
import { nftRuleText } from "../rule-text.ts";

/** Pods on one bridge hear each other's link-local addresses (`../link-local.ts`). By addresses first, as most packets have others. */
export const linkLocalRules = (family: Family, { bridges }: Host): string[] =>
  family === "IPv4"
    ? []
    : bridges.flatMap((bridge) => {
        const within = `iifname "${bridge}" oifname "${bridge}"`;
        return [
          nftRuleText(`ip6 daddr ${LINK_LOCAL} ${within} counter drop`, NOBODY),
          nftRuleText(`ip6 saddr ${LINK_LOCAL} ip6 daddr != ${MULTICAST} ${within} counter drop`, NOBODY),
        ];
      });
