import { onTestFinished } from "vitest";
import { Backoff } from "../../../src/kube/backoff.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { type Reflector, type ReflectorOptions, startReflector } from "../../../src/kube/reflector.ts";
import { Store } from "../../../src/kube/store.ts";
import type { ApiRequest } from "../../../src/lab/apiserver/api-request.ts";
import type { Intercept } from "../../../src/lab/apiserver/intercept.ts";
import { type ApiServer, type ApiServerOptions, startApiServer } from "../../../src/lab/apiserver.ts";
import { configMap } from "../../lab/apiserver/fixture.ts";

/** Every namespace's ConfigMaps: a kind that nothing but the test writes. */
export const COLLECTION = "/api/v1/configmaps";

/** Patience for what is to come by itself, in milliseconds: a guard against hanging, not a bar. */
export const PATIENCE = { timeout: 20_000, interval: 5 };

/** What a ConfigMap of the tests holds. */
const valueIn = (object: unknown): string | undefined =>
  (object as { readonly data?: { readonly value?: string } }).data?.value;

/** An embedded API server whose answers a test may replace at any time. */
export interface FaultyServer {
  readonly server: ApiServer;
  /** Requests for the collection, oldest first. */
  readonly lists: ApiRequest[];
  readonly watches: ApiRequest[];
  /** Decides about every request from now on. */
  readonly disturb: (intercept: Intercept) => void;
  readonly write: (name: string, value: string) => void;
  readonly erase: (name: string) => Promise<void>;
  /** What the server holds, by key. */
  readonly content: () => Record<string, string>;
}

/** Starts a server, which ends with the test. */
export async function faultyServer(options: ApiServerOptions = {}): Promise<FaultyServer> {
  const lists: ApiRequest[] = [];
  const watches: ApiRequest[] = [];
  let intercept: Intercept = () => undefined;
  const server = await startApiServer({
    ...options,
    onRequest: (request) => {
      if (request.verb === "list") lists.push(request);
      if (request.verb === "watch") watches.push(request);
    },
    intercept: (request) => (request.method === "GET" ? intercept(request) : undefined),
  });
  onTestFinished(() => server.close());
  return {
    server,
    lists,
    watches,
    disturb: (next) => {
      intercept = next;
    },
    write: (name, value) => {
      server.seed({ ...object(name), data: { value } });
    },
    erase: async (name) => {
      await fetch(`${server.url}/api/v1/namespaces/default/configmaps/${name}`, { method: "DELETE" });
    },
    content: () =>
      sorted(
        server.objects("configmaps").map((each) => [`default/${each.metadata.name}`, valueIn(each) ?? ""]),
      ),
  };
}

const object = (name: string) => ({
  ...configMap(name),
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default" },
});

const sorted = (entries: readonly (readonly [string, string])[]): Record<string, string> =>
  Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** A reflector of the collection and what it said. */
export interface Followed {
  readonly reflector: Reflector;
  readonly store: Store<{ readonly key: string; readonly value: string }>;
  readonly troubles: string[];
  readonly recoveries: number[];
  readonly content: () => Record<string, string>;
  readonly stop: () => void;
}

type Settings = Partial<Pick<ReflectorOptions<unknown>, "query" | "backoff" | "pageTimeout">>;

/** Follows the collection with short pauses until the test ends. */
export function follow(url: string, options: Settings = {}): Followed {
  const client = new KubeClient({
    server: new URL(url),
    authorize: () => Promise.resolve({ headers: {}, tls: {} }),
  });
  const stop = new AbortController();
  const troubles: string[] = [];
  const recoveries: number[] = [];
  const store: Followed["store"] = new Store();
  const reflector = startReflector({
    client,
    path: COLLECTION,
    store,
    signal: stop.signal,
    backoff: new Backoff(2, 40),
    onTrouble: (trouble) => troubles.push(trouble),
    onRecovery: () => recoveries.push(troubles.length),
    ...options,
    read: (each) => {
      const { namespace = "", name = "" } = (
        each as { readonly metadata: { readonly namespace?: string; readonly name?: string } }
      ).metadata;
      const value = valueIn(each);
      return value === undefined ? undefined : { key: `${namespace}/${name}`, value };
    },
  });
  onTestFinished(async () => {
    stop.abort();
    await reflector.done;
    client.close();
  });
  return {
    reflector,
    store,
    troubles,
    recoveries,
    content: () => sorted(store.values().map(({ key, value }) => [key, value])),
    stop: () => stop.abort(),
  };
}
