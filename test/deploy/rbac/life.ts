import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished } from "vitest";
import type { Manifest } from "../../../scripts/deploy/manifests/render-chart.ts";
import { podEnd } from "../../../src/core/end.ts";
import { watchCluster } from "../../../src/daemon/cluster-view.ts";
import { policyEvents } from "../../../src/daemon/controller/policy-events.ts";
import { tellControllerObservers } from "../../../src/daemon/controller/controller-observer.ts";
import { startController } from "../../../src/daemon/controller/start-controller.ts";
import { type Enforcer, startEnforcer } from "../../../src/daemon/enforcer.ts";
import { controlled } from "../../../src/daemon/enforcer-node/controlled.ts";
import { EVENT_LIMITS, EventBook } from "../../../src/daemon/events/event-book.ts";
import { EventWriter } from "../../../src/daemon/events/event-writer.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { type ApiServer, startApiServer } from "../../../src/lab/apiserver.ts";
import { iptablesBackend } from "../../../src/kernel/iptables-backend.ts";
import { NODE, PATIENCE } from "../../daemon/fixture.ts";
import { memoryExec } from "../../support/netfilter/memory-exec.ts";
import { MemoryKernel } from "../../support/netfilter/memory-kernel.ts";
import { pod as corePod } from "../../support/scenario.ts";
import { installShipped } from "../container/install-shipped.ts";
import { type Ask, askText, asksOf } from "./ask.ts";

const NAMESPACE = "selvedge-system";

/** Who asks, as the requests say in a header. */
type Component = "controller" | "enforcer";
const HEADER = "x-component";

/** A cluster in which Selvedge is installed, and a log of what its parts ask of the API server. */
export interface Life {
  readonly api: ApiServer;
  /** A client of nobody's: the cluster's user. */
  readonly user: KubeClient;
  readonly asked: (component: Component) => readonly Ask[];
  /** Starts a part, which ends with the test; returns what ends it before. */
  readonly controller: (identity: string) => () => Promise<void>;
  readonly enforcer: (mode: "controller" | "standalone") => Enforcer & { readonly stop: () => Promise<void> };
  /** Has an enforcer's writer of Events tell of a denial, twice. */
  readonly denial: () => Promise<void>;
}

const TIMES = { leaseDuration: 600, renewDeadline: 300, retryPeriod: 40 };

export async function startLife(manifests: readonly Manifest[]): Promise<Life> {
  const asks = new Map<string, Map<string, Ask>>();
  const api: ApiServer = await startApiServer({
    bookmarkIntervalMs: 50,
    onRequest: (request) => {
      const component = request.headers[HEADER];
      if (component === undefined) return;
      const known = asks.get(component) ?? new Map<string, Ask>();
      asks.set(component, known);
      for (const ask of asksOf(api, request)) known.set(askText(ask), ask);
    },
  });
  await installShipped(api.url, manifests);
  const clientOf = (headers: Readonly<Record<string, string>>): KubeClient =>
    new KubeClient({ server: new URL(api.url), authorize: () => Promise.resolve({ headers, tls: {} }) });
  const user = clientOf({});
  onTestFinished(async () => {
    user.close();
    await api.close();
  });
  const log = pino({ level: "silent" });
  const begin = (
    component: Component,
    run: (client: KubeClient, signal: AbortSignal) => Promise<unknown>,
  ) => {
    const stop = new AbortController();
    const client = clientOf({ [HEADER]: component });
    const done = run(client, stop.signal);
    const end = async (): Promise<void> => {
      stop.abort();
      await done;
      client.close();
    };
    onTestFinished(end);
    return end;
  };
  return {
    api,
    user,
    asked: (component) => [...(asks.get(component)?.values() ?? [])],
    controller: (identity) =>
      begin("controller", (client, signal) => {
        const events = policyEvents({ client, identity, log, signal });
        const tell = tellControllerObservers([events], () => undefined);
        return startController({ client, namespace: NAMESPACE, identity, tell, signal, times: TIMES }).done;
      }),
    enforcer: (mode) => {
      let started: Enforcer | undefined;
      const stop = begin("enforcer", async (client, signal) => {
        const facts = { version: "0.0.0", backend: "nft" } as const;
        const { watch, writer } =
          mode === "standalone"
            ? { watch: watchCluster, writer: undefined }
            : controlled(
                { ...facts, node: NODE, client, namespace: NAMESPACE, log, signal },
                () => undefined,
              );
        const { exec } = memoryExec(new MemoryKernel());
        started = startEnforcer({
          node: NODE,
          client,
          watch,
          observers: writer === undefined ? [] : [writer.observer],
          exec,
          backend: iptablesBackend(exec, "nft"),
          log,
          signal,
          startGate: "auto",
          cniCache: join("/nowhere", "cni"),
        });
        await started.done;
        await writer?.idle();
      });
      if (started === undefined) throw new Error("not started");
      return { ...started, stop };
    },
    denial: async () => {
      const stop = new AbortController();
      const client = clientOf({ [HEADER]: "enforcer" });
      const book = new EventBook({ ...EVENT_LIMITS, intervalMs: 0 });
      const writer = new EventWriter({ node: NODE, client, log, signal: stop.signal, book });
      const [from, to] = ["front", "db"].map((name) =>
        podEnd(corePod(`default/${name}`, { uid: name, ips: ["10.0.0.1"] })),
      );
      if (from === undefined || to === undefined) throw new Error("no ends");
      const tell = (): void =>
        writer.take(
          {
            time: new Date().toISOString(),
            cause: "ingress",
            from: "default/front",
            to: "default/db",
            source: "10.0.0.2",
            destination: "10.0.0.1",
            traffic: "TCP/80",
            policies: ["default/db"],
          },
          from,
          to,
        );
      const told = (): readonly unknown[] =>
        api.objects("events").filter((event) => event["reason"] === "NetworkPolicyDenied");
      tell();
      await expect.poll(() => told().length, PATIENCE).toBe(1);
      tell();
      await expect
        .poll(() => told().some((event) => Object.hasOwn(event as object, "series")), PATIENCE)
        .toBe(true);
      stop.abort();
      client.close();
    },
  };
}
