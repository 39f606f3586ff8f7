import { setTimeout as sleep } from "node:timers/promises";
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

/** How long who asks waits for the kernel's counters, in milliseconds: Prometheus by itself gives up after ten seconds. */
const PATIENCE_MS = 5_000;

/**
 * Waits until the sums are up to date. Not where the kernel cannot be read, which shows in the enforcer's own failures, nor for
 * longer than that, as on a node of many changes nft may read for as long as they go on: then the last sums stand.
 */
async function refreshed(counters: CounterReader, patienceMs: number): Promise<void> {
  const done = new AbortController();
  const patience = sleep(patienceMs, undefined, { signal: done.signal }).catch(() => undefined);
  await Promise.race([counters.refresh().catch(() => undefined), patience]);
  done.abort();
}

/** Everything that Prometheus is told, process metrics included. */
export function metrics(counters: CounterReader, patienceMs = PATIENCE_MS): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  counterMetrics([registry], counters.sums);
  const observer = enforcerMetrics([registry]);
  const text = async (): Promise<string> => {
    await refreshed(counters, patienceMs);
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
