import type { Family } from "../../core/address.ts";
import type { Host } from "../host.ts";
import type { Chains } from "../layout.ts";
import { MULTICAST } from "../link-local.ts";
import { REFUSE_CHAIN } from "../names.ts";
import { nftRuleText } from "../rule-text.ts";
import { header } from "./words.ts";

const multicast: Readonly<Record<Family, string>> = { IPv4: "224.0.0.0/4", IPv6: MULTICAST };

/** Where denied packets are answered, at the place where they are judged; none where they are dropped in silence. */
export const refuseChain = (family: Family, { denial }: Host): Chains =>
  new Map(
    denial === "drop"
      ? []
      : [
          [
            REFUSE_CHAIN,
            [
              nftRuleText("ct state invalid drop", "may be of a flow that an answer would end"),
              nftRuleText(`${header[family]} daddr ${multicast[family]} drop`, "multicast is not refused"),
              nftRuleText("fib saddr type local drop", "nor what bears an address of this node"),
              nftRuleText("reject with tcp reset", "refused"),
              nftRuleText("reject", "refused"),
            ],
          ],
        ],
  );
