import type { Family } from "../core/address.ts";
import type { Host } from "./host.ts";
import type { IsolatedSets } from "./isolated-sets.ts";
import { MID_STREAM_CHAIN } from "./names.ts";
import { ruleText } from "./rule-text.ts";
import { selfRules } from "./self-rules.ts";

/** Leads aside what begins no TCP connection. */
export const midStreamRules: readonly string[] = [
  ruleText(`-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -j ${MID_STREAM_CHAIN}`, "not a first packet"),
];

/**
 * Where a flow was cut, conntrack would take the server's next packet for a new flow of its own (tcp_loose), and the
 * client's packets for replies to it. What nobody remembers and starts in mid-stream must come from the client.
 */
export function midStreamChains(
  family: Family,
  isolated: IsolatedSets,
  { selfTraffic }: Host,
): ReadonlyMap<string, readonly string[]> {
  const forgotten = (set: string, side: "src" | "dst"): string =>
    ruleText(`-m set --match-set ${set} ${side} -j DROP`, "reply of a flow that was cut");
  return new Map([
    [
      MID_STREAM_CHAIN,
      [
        ...selfRules(family, selfTraffic),
        forgotten(isolated.ingress, "src"),
        forgotten(isolated.egress, "dst"),
      ],
    ],
  ]);
}
