import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { parse } from "yaml";
import { crdFiles } from "../../../scripts/crds/crd-files.ts";
import {
  type CompiledEvent,
  type ControllerObserver,
  type EnforcedEvent,
  type PublishedPass,
  tellControllerObservers,
} from "../../../src/daemon/controller/controller-observer.ts";
import { type RunningController, startController } from "../../../src/daemon/controller/start-controller.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { type ApiServer, type ApiServerOptions, startApiServer } from "../../../src/lab/apiserver.ts";
import type { KubeObject } from "../../../src/lab/apiserver/kube-object.ts";
import type { ApiRequest } from "../../../src/lab/apiserver/api-request.ts";

/** Nobody here waits for a lease to run out; a machine that is busy may renew it late. */
const TIMES = { leaseDuration: 6_000, renewDeadline: 4_000, retryPeriod: 40 };
const NAMESPACE = "kube-system";

export interface StartedController extends RunningController {
  readonly compiled: CompiledEvent[];
  readonly enforced: EnforcedEvent[];
  readonly passes: PublishedPass[];
  readonly errors: unknown[];
  /** Interruptions, in words. */
  readonly troubles: string[];
  /** Ends it as SIGTERM does. */
  readonly stop: () => Promise<void>;
}

export interface ControlledCluster {
  readonly server: ApiServer;
  readonly client: KubeClient;
  /** All that was asked of the server that changes something, but for leases, events and CRDs. */
  readonly writes: readonly ApiRequest[];
  readonly start: (identity?: string) => StartedController;
  readonly request: (
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    body?: unknown,
  ) => Promise<unknown>;
}

const isOwnWrite = ({ method, path }: ApiRequest): boolean =>
  method !== "GET" && path.includes("selvedge.dev") && !path.includes("customresourcedefinitions");

/** An API server with our kinds in it. */
export async function controlledCluster(options: ApiServerOptions = {}): Promise<ControlledCluster> {
  const writes: ApiRequest[] = [];
  const server = await startApiServer({
    ...options,
    onRequest: (request) => {
      if (isOwnWrite(request)) writes.push(request);
      options.onRequest?.(request);
    },
  });
  const newClient = (): KubeClient =>
    new KubeClient({
      server: new URL(server.url),
      authorize: () => Promise.resolve({ headers: {}, tls: {} }),
    });
  const client = newClient();
  onTestFinished(async () => {
    client.close();
    await server.close();
  });
  for (const text of crdFiles.values()) {
    await client.request({
      method: "POST",
      path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
      body: parse(text) as unknown,
    });
  }
  const start = (identity = `controller-${Math.random()}`): StartedController => {
    const stop = new AbortController();
    const own = newClient();
    const compiled: CompiledEvent[] = [];
    const enforced: EnforcedEvent[] = [];
    const passes: PublishedPass[] = [];
    const errors: unknown[] = [];
    const troubles: string[] = [];
    const observer: ControllerObserver = {
      compiled: (event) => compiled.push(event),
      enforced: (event) => enforced.push(event),
      passed: (pass) => passes.push(pass),
      failed: (error) => errors.push(error),
      interrupted: (trouble) => troubles.push(trouble),
    };
    const tell = tellControllerObservers([observer], (error) => errors.push(error));
    const { signal } = stop;
    const running = startController({
      client: own,
      namespace: NAMESPACE,
      identity,
      tell,
      signal,
      times: TIMES,
    });
    const end = async (): Promise<void> => {
      stop.abort();
      await running.done;
      own.close();
    };
    onTestFinished(end);
    return { ...running, compiled, enforced, passes, errors, troubles, stop: end };
  };
  return {
    server,
    client,
    writes,
    start,
    request: (method, path, body) =>
      client.request({
        method,
        path,
        body,
        ...(method === "PATCH" && { contentType: "application/merge-patch+json" }),
      }),
  };
}

export const policy = (
  name: string,
  spec: unknown,
  namespace = "default",
): Readonly<Record<string, unknown>> => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name, namespace },
  spec,
});

export const policiesPath = (namespace = "default"): string =>
  `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;

export const pod = (
  name: string,
  labels: Readonly<Record<string, string>>,
  at: { readonly ip: string; readonly node?: string; readonly namespace?: string },
): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: at.namespace ?? "default", labels },
  spec: { nodeName: at.node ?? "node-a", containers: [{ name: "c", image: "i" }] },
  status: { phase: "Running", podIP: at.ip, podIPs: [{ ip: at.ip }] },
});

/** Waits until nothing of ours has been written for a while. */
export async function quiet({ writes }: ControlledCluster, milliseconds = 150): Promise<void> {
  for (let before = -1; before !== writes.length;) {
    before = writes.length;
    await sleep(milliseconds);
  }
}
