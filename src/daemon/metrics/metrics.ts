import { Registry, collectDefaultMetrics } from "prom-client";
import type { EnforcerObserver } from "../enforcer-observer.ts";
import type { Route } from "../health.ts";
import { counterMetrics } from "./counter-metrics.ts";
import type { CounterReader } from "./counter-reader.ts";
import { enforcerMetrics } from "./enforcer-metrics.ts";

export interface Metrics {
  readonly registry: Registry;
  readonly observer: EnforcerObserver;
  /** Answers `/metrics`. */
  readonly route: Route;
}

/** Everything that Prometheus is told, process metrics included. */
export function metrics(counters: CounterReader): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  counterMetrics([registry], counters.sums);
  const observer = enforcerMetrics([registry]);
  const text = async (): Promise<string> => {
    // A kernel that cannot be read shows in the enforcer's own failures; the last sums stand.
    await counters.refresh().catch(() => undefined);
    return registry.metrics();
  };
  return {
    registry,
    observer,
    route: (_, response) => {
      text().then(
        (body) => response.writeHead(200, { "content-type": registry.contentType }).end(body),
        (error: unknown) => response.writeHead(500).end(`${String(error)}\n`),
      );
    },
  };
}
