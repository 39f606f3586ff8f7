import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { pino } from "pino";
import type { KubeClient } from "../../kube/client.ts";
import { type ConnectOptions, connect } from "../../kube/connect.ts";
import { serveHealth } from "../health.ts";
import { controllerLog } from "./controller-log.ts";
import { controllerMetrics } from "./controller-metrics.ts";
import { tellControllerObservers } from "./controller-observer.ts";
import { policyEvents } from "./policy-events.ts";
import { startController } from "./start-controller.ts";

export interface RunControllerOptions {
  readonly connection: ConnectOptions;
  /** Of the lease. */
  readonly namespace: string;
  readonly logLevel: string;
  readonly healthHost: string;
  readonly healthPort: number;
}

/** Runs a controller as a process: until SIGTERM or SIGINT, with logs on standard output. Returns the exit code. */
export async function runController(options: RunControllerOptions): Promise<number> {
  const identity = `${hostname()}_${randomBytes(6).toString("hex")}`;
  const log = pino({ level: options.logLevel, base: { identity } });
  const stop = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => stop.abort());
  const { signal } = stop;
  let client: KubeClient | undefined;
  try {
    client = await connect(options.connection);
    const measured = controllerMetrics();
    const events = policyEvents({ client, identity, log, signal });
    const tell = tellControllerObservers([controllerLog(log), measured.observer, events], (error) =>
      log.error({ err: error }, "an observer failed"),
    );
    const { namespace } = options;
    const controller = startController({ client, namespace, identity, tell, signal });
    const health = await serveHealth({
      host: options.healthHost,
      port: options.healthPort,
      notReady: controller.notReady,
      notes: () => [controller.isLeader() ? "leading" : "standing by"],
      routes: new Map([["/metrics", measured.route]]),
    });
    log.info({ healthPort: health.port }, "controller started");
    await controller.done;
    health.close();
    log.info("stopped; what is published stays in force");
    return 0;
  } catch (error) {
    log.fatal({ error: error instanceof Error ? error.message : String(error) }, "cannot start");
    return 1;
  } finally {
    stop.abort();
    client?.close();
  }
}
