import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { families } from "../../core/address.ts";
import { directions } from "../../core/policy.ts";
import type { GateState } from "../gate-state.ts";
import type { EnforcerObserver, Pass } from "../enforcer-observer.ts";

/** From a few milliseconds, one forked iptables-restore, to half a minute, a lock that another program holds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** A step without the name of what it was about: a label has few values. */
const stepLabel = (step: string): string => (step.startsWith("destroy ") ? "destroy sets" : step);

const GATE_WORDS = ["on", "asked-off", "off"] as const;

const gateWord = (gate: GateState): (typeof GATE_WORDS)[number] =>
  gate.kind === "off" && gate.isAsked ? "asked-off" : gate.kind;

/** The observer that counts what an enforcer does, and measures what it wants to stand. */
export function enforcerMetrics(registers: Registry[]): EnforcerObserver {
  const counter = <T extends string = never>(name: string, help: string, labelNames: readonly T[] = []) =>
    new Counter({ registers, name, help, labelNames });
  const gauge = <T extends string = never>(name: string, help: string, labelNames: readonly T[] = []) =>
    new Gauge({ registers, name, help, labelNames });
  const applies = counter("selvedge_applies_total", "Passes that wrote to the kernel.");
  const commands = counter(
    "selvedge_apply_commands_total",
    "Writes given to the tools, a program run or one kept open asked.",
  );
  const failures = counter("selvedge_apply_failures_total", "Steps that failed.", ["step"]);
  const repairs = counter(
    "selvedge_drift_repairs_total",
    "Looks at the kernel that found other than was left.",
  );
  const faults = counter("selvedge_faults_total", "Passes that ended by a fault of the enforcer itself.");
  const cut = counter("selvedge_cut_flows_total", "Connections cut since they are no longer allowed.");
  const bad = counter("selvedge_invalid_objects_total", "Times that an object was read that is invalid.");
  const interruptions = counter(
    "selvedge_apiserver_interruptions_total",
    "Times that a collection could not be followed.",
  );
  const interrupted = gauge("selvedge_apiserver_interrupted", "Collections that cannot be followed now.");
  const succeeded = gauge(
    "selvedge_last_success_timestamp_seconds",
    "When the kernel was last known to be as the cluster asks, in seconds since the epoch.",
  );
  const duration = new Histogram({
    registers,
    name: "selvedge_apply_duration_seconds",
    help: "From a change to the end of its writing, within the enforcer.",
    buckets: BUCKETS,
  });
  const gates = gauge(
    "selvedge_start_gate",
    "1 for the state that the start gate is in: on, off as asked, or off by itself.",
    ["state"],
  );
  const chains = gauge("selvedge_chains", "Chains that stand, or are to.", ["family"]);
  const sets = gauge("selvedge_sets", "Sets that stand, or are to.", ["family"]);
  const entries = gauge("selvedge_set_entries", "Entries of those sets.", ["family"]);
  const classes = gauge("selvedge_classes", "Classes of this node's isolated pods.", ["direction"]);
  const policies = gauge("selvedge_policies", "NetworkPolicies known.");
  const pods = gauge("selvedge_pods", "Live pods known, of all nodes.");
  const groups = gauge("selvedge_groups", "Groups of peers that the policies name.");

  const measure = ({ program, pods: known, local, ruleset, gate }: Pass): void => {
    const current = gateWord(gate);
    for (const state of GATE_WORDS) gates.set({ state }, state === current ? 1 : 0);
    policies.set(program.tiers.reduce((sum, tier) => sum + tier.policies.length, 0));
    pods.set(known.length);
    groups.set(program.groups.size);
    for (const direction of directions) {
      classes.set({ direction }, local.classes.filter((each) => each.direction === direction).length);
    }
    for (const family of families) {
      const wanted = ruleset[family];
      chains.set({ family }, wanted.chains.size);
      sets.set({ family }, wanted.sets.size);
      entries.set(
        { family },
        [...wanted.sets.values()].reduce((sum, set) => sum + set.entries.size, 0),
      );
    }
  };
  return {
    passed: (pass) => {
      const { outcome, milliseconds } = pass;
      measure(pass);
      for (const { step } of outcome.failures) failures.inc({ step: stepLabel(step) });
      if (outcome.drift !== undefined) repairs.inc();
      if (outcome.failures.length === 0) succeeded.setToCurrentTime();
      if (outcome.plans.length === 0) return;
      applies.inc();
      commands.inc(outcome.commands);
      duration.observe(milliseconds / 1000);
    },
    failed: () => faults.inc(),
    cutFlows: (flows) => cut.inc(flows),
    interrupted: () => {
      interruptions.inc();
      interrupted.inc();
    },
    recovered: () => interrupted.dec(),
    badObject: () => bad.inc(),
  };
}
