import { Counter, type Registry } from "prom-client";
import type { ObjectKey } from "../../core/cluster.ts";
import type { CounterSums } from "./counter-sums.ts";

/** `shop/web` as two labels. */
function labelsOf(key: ObjectKey): { readonly namespace: string; readonly policy: string } {
  const [namespace = "", policy = ""] = key.split("/");
  return { namespace, policy };
}

/** Publishes the sums as they are when they are asked for. A label is a policy, a rule of it, or a reason of our own. */
export function counterMetrics(registers: Registry[], sums: CounterSums): void {
  // oxlint-disable-next-line no-new -- prom-client's metrics live in their registry.
  new Counter({
    registers,
    name: "selvedge_denied_packets_total",
    help: "Packets dropped since no rule allows them, counted for every policy that isolates the pod.",
    labelNames: ["namespace", "policy", "direction"],
    collect() {
      this.reset();
      for (const { policy, direction, packets } of sums.denied.values())
        this.inc({ ...labelsOf(policy), direction }, packets);
    },
  });
  // oxlint-disable-next-line no-new -- prom-client's metrics live in their registry.
  new Counter({
    registers,
    name: "selvedge_rule_packets_total",
    help: "Connections that a policy's rule let begin (the first packet of each).",
    labelNames: ["namespace", "policy", "direction", "rule"],
    collect() {
      this.reset();
      for (const { rule, packets } of sums.rules.values())
        this.inc({ ...labelsOf(rule.policy), direction: rule.direction, rule: rule.index }, packets);
    },
  });
  // oxlint-disable-next-line no-new -- prom-client's metrics live in their registry.
  new Counter({
    registers,
    name: "selvedge_dropped_packets_total",
    help: "Packets dropped for no policy: at the start gate, of flows that were cut, to addresses that no chain knows.",
    labelNames: ["reason"],
    collect() {
      this.reset();
      for (const [reason, packets] of sums.dropped) this.inc({ reason }, packets);
    },
  });
}
