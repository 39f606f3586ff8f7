import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type PodDeletion, startControllers } from "./apiserver/controllers.ts";
import { seed } from "./apiserver/create.ts";
import type { Environment, Validate } from "./apiserver/environment.ts";
import { handle, type HandlerOptions } from "./apiserver/http-handler.ts";
import type { KubeObject } from "./apiserver/kube-object.ts";
import { networkPolicyProblems } from "./apiserver/network-policy-validation.ts";
import { internal, isRefusal, statusOf } from "./apiserver/refusal.ts";
import { Registry } from "./apiserver/registry.ts";
import { sendBody } from "./apiserver/reply.ts";
import { Store } from "./apiserver/store.ts";

/** How an embedded API server is set up. Everything has a default. */
export interface ApiServerOptions extends Partial<HandlerOptions> {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Path of a unix socket to listen on as well. */
  readonly socketPath?: string;
  /** How many changes watches and paged lists can look back on, at least; default 10,000. */
  readonly historyLength?: number;
  readonly podDeletion?: PodDeletion;
  /** Judges objects before they are stored; default: the NetworkPolicy rules of the recorded server. */
  readonly validate?: Validate;
  /** The clock of timestamps and ages. */
  readonly now?: () => Date;
}

/** An embedded API server, and what a test may do to it from inside the process. */
export interface ApiServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** The resource version of the newest change. */
  readonly resourceVersion: () => string;
  /**
   * Puts an object into the cluster, status included and past admission, or replaces it; watchers see it.
   * Throws on an object of an unknown kind.
   */
  readonly seed: (object: KubeObject) => KubeObject;
  /** What is stored of a resource, as in `pods` or `networkpolicies.networking.k8s.io`. */
  readonly objects: (groupResource: string) => readonly KubeObject[];
  /** Forgets the past: watches and pages of any older resource version are expired (410). */
  readonly expireHistory: () => void;
  /** How many watches are open. */
  readonly openWatches: () => number;
  /** Drops every open connection; new ones are welcome. */
  readonly cutConnections: () => void;
  readonly close: () => Promise<void>;
}

const NAMESPACES = ["default", "kube-node-lease", "kube-public", "kube-system"];
const SUFFIX = "bcdfghjklmnpqrstvwxz2456789";

const newSuffix = (): string =>
  [...randomBytes(5)].map((byte) => SUFFIX[byte % SUFFIX.length] ?? "").join("");

const listen = async (
  server: Server,
  where: { port: number; host: string } | { path: string },
): Promise<Server> => {
  server.listen(where);
  await once(server, "listening");
  return server;
};

/** A fault of the server's own: the client learns of it, as from the real one. */
const sendFault = (response: ServerResponse, error: unknown): void => {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (response.headersSent) response.destroy();
  else
    sendBody(response, 500, JSON.stringify(statusOf(internal(message))), {
      "content-type": "application/json",
    });
};

const furnish = (env: Environment): void => {
  const resource = env.registry.findKind("v1", "Namespace");
  if (resource === undefined) return;
  for (const name of NAMESPACES) {
    seed(env, resource, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
      spec: { finalizers: ["kubernetes"] },
      status: { phase: "Active" },
    });
  }
};

/**
 * Starts a Kubernetes API server in this process: in memory, over loopback HTTP, faithful in what it serves.
 * test/lab/apiserver holds it against a recording of a real one.
 *
 * Left out on purpose: authorization (every request is granted; `onRequest` tells what RBAC would be asked);
 * reviews, tokens, scale, eviction, binding, logs and exec; protobuf but for the few kinds that kubectl
 * creates from its arguments; formats and conversion webhooks of CustomResourceDefinitions;
 * strictness below the top level of built-in kinds; immutable fields; foreground deletion (dependents go in
 * the background); OpenAPI schemas (`kubectl explain`); most pod and workload defaults; all controllers but
 * those for namespaces, garbage, definitions and ending pods.
 */
export const startApiServer = async (options: ApiServerOptions = {}): Promise<ApiServer> => {
  const env: Environment = {
    store: new Store(options.historyLength ?? 10_000),
    registry: new Registry(),
    now: options.now ?? (() => new Date()),
    newUid: randomUUID,
    newSuffix,
    validate: options.validate ?? networkPolicyProblems,
  };
  furnish(env);
  const stopControllers = startControllers(env, options.podDeletion ?? "immediate");
  const watches = new Set<ServerResponse>();
  const handling: HandlerOptions = { bookmarkIntervalMs: 60_000, futureWaitMs: 3000, ...options, watches };
  const newServer = (): Server => {
    const server = createServer((message, response) => {
      handle(env, handling, message, response).catch((error: unknown) => sendFault(response, error));
    });
    // Watches stay open for hours, and clients keep connections as long as they like.
    server.requestTimeout = 0;
    server.keepAliveTimeout = 0;
    return server;
  };
  const tcp = await listen(newServer(), { port: options.port ?? 0, host: options.host ?? "127.0.0.1" });
  const { socketPath } = options;
  const servers = socketPath === undefined ? [tcp] : [tcp, await listen(newServer(), { path: socketPath })];
  const { address, port } = tcp.address() as AddressInfo;
  const cutConnections = (): void => {
    for (const server of servers) server.closeAllConnections();
  };
  return {
    url: `http://${address}:${port}`,
    resourceVersion: () => String(env.store.revision),
    seed: (object) => {
      const resource = env.registry.findKind(object.apiVersion, object.kind);
      if (resource === undefined) throw new Error(`no resource serves ${object.apiVersion} ${object.kind}`);
      const seeded = seed(env, resource, object);
      if (isRefusal(seeded)) throw new Error(seeded.message);
      return seeded;
    },
    objects: (groupResource) => env.store.list(groupResource),
    expireHistory: () => env.store.expireHistory(),
    openWatches: () => watches.size,
    cutConnections,
    close: async () => {
      stopControllers();
      const closed = servers.map((server) => once(server, "close"));
      for (const server of servers) server.close();
      cutConnections();
      await Promise.all(closed);
    },
  };
};
