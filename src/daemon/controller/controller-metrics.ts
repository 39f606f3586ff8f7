import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { Route } from "../health.ts";
import type { ControllerObserver } from "./controller-observer.ts";

/** From one write to an API server close by, to a node that was away for a while. */
const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export interface ControllerMetrics {
  readonly observer: ControllerObserver;
  /** Answers `/metrics`. */
  readonly route: Route;
  readonly registry: Registry;
}

/** What Prometheus is told of a controller, process metrics included. */
export function controllerMetrics(): ControllerMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const programming = new Histogram({
    registers,
    name: "selvedge_policy_programming_duration_seconds",
    help: "From a change of a NetworkPolicy, as the leader sees it, until its last node enforces it.",
    buckets: BUCKETS,
  });
  const passes = new Histogram({
    registers,
    name: "selvedge_publication_duration_seconds",
    help: "Passes of the leader: compile, write what differs, wait for its echo.",
    buckets: BUCKETS,
  });
  const planning = new Histogram({
    registers,
    name: "selvedge_publication_planning_duration_seconds",
    help: "Of each such pass, the compilation and what differs from what stands.",
    buckets: [0.0001, 0.001, 0.005, ...BUCKETS],
  });
  const writes = new Counter({
    registers,
    name: "selvedge_published_objects_total",
    help: "Objects written or deleted.",
  });
  const failures = new Counter({
    registers,
    name: "selvedge_publication_failures_total",
    help: "Writes that failed and were tried again.",
    labelNames: ["conflict"],
  });
  const faults = new Counter({
    registers,
    name: "selvedge_faults_total",
    help: "Passes that ended by a fault.",
  });
  const invalid = new Counter({
    registers,
    name: "selvedge_invalid_policies_total",
    help: "Times that a NetworkPolicy was compiled of which something is invalid.",
  });
  const queue = new Gauge({
    registers,
    name: "selvedge_changes_pending",
    help: "Changes seen since the last pass began.",
  });
  const policies = new Gauge({ registers, name: "selvedge_policies", help: "NetworkPolicies compiled." });
  const groups = new Gauge({
    registers,
    name: "selvedge_address_groups",
    help: "AddressGroup objects, slices counted apart.",
  });
  const leader = new Gauge({ registers, name: "selvedge_leader", help: "1 for the controller that leads." });
  const interruptions = new Counter({
    registers,
    name: "selvedge_apiserver_interruptions_total",
    help: "Times that a collection or the lease could not be followed.",
  });
  return {
    observer: {
      compiled: ({ problems }) => {
        if (problems.length > 0) invalid.inc();
      },
      enforced: ({ milliseconds }) => programming.observe(milliseconds / 1000),
      passed: (pass) => {
        policies.set(pass.policies);
        groups.set(pass.groups);
        passes.observe(pass.milliseconds / 1000);
        planning.observe(pass.planning / 1000);
        writes.inc(pass.written);
        for (const { isConflict } of pass.failures) failures.inc({ conflict: String(isConflict) });
      },
      failed: () => faults.inc(),
      leader: (_, isSelf) => leader.set(isSelf ? 1 : 0),
      began: () => queue.set(0),
      changed: () => queue.inc(),
      interrupted: () => interruptions.inc(),
    },
    registry,
    route: (_, response) => {
      registry.metrics().then(
        (body) => response.writeHead(200, { "content-type": registry.contentType }).end(body),
        (error: unknown) => response.writeHead(500).end(`${String(error)}\n`),
      );
    },
  };
}
