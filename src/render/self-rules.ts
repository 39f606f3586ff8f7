import type { Family } from "../core/address.ts";
import type { Host } from "./host.ts";
import { ruleText } from "./rule-text.ts";

/** Source address equals destination address, as classic BPF over the IP header (what `xt_bpf` takes). */
const SELF: Readonly<Record<Family, string>> = {
  IPv4: "6,32 0 0 12,7 0 0 0,32 0 0 16,29 0 1 0,6 0 0 65535,6 0 0 0",
  IPv6: `18,${[0, 4, 8, 12]
    .map((word) => `32 0 0 ${8 + word},7 0 0 0,32 0 0 ${24 + word},29 0 ${13 - word} 0`)
    .join(",")},6 0 0 65535,6 0 0 0`,
};

/**
 * Lets a pod reach itself, where a packet may still be dropped; none where the kernel has no xt_bpf. It costs more than
 * ten compares, so it stands where few come by: `where` are matches that most packets fail.
 */
export const selfRules = (family: Family, selfTraffic: Host["selfTraffic"], where = ""): readonly string[] =>
  selfTraffic === "bpf"
    ? [ruleText(`${where}-m bpf --bytecode "${SELF[family]}" -j RETURN`, "a pod to itself")]
    : [];
