import { afterAll, beforeAll } from "vitest";
import { type ApiServer, type ApiServerOptions, startApiServer } from "../../../src/lab/apiserver.ts";
import { Client, type Loose } from "./client.ts";

/** A server and a client of it for the tests of one `describe`. */
export interface Fixture {
  readonly server: ApiServer;
  readonly client: Client;
}

/** Starts a server before the tests around it and stops it after them. */
export const useServer = (options: ApiServerOptions = {}): (() => Fixture) => {
  let fixture: Fixture | undefined;
  beforeAll(async () => {
    const server = await startApiServer(options);
    fixture = { server, client: new Client(server.url) };
  });
  afterAll(async () => {
    fixture?.client.close();
    await fixture?.server.close();
  });
  return () => {
    if (fixture === undefined) throw new Error("the server is started by beforeAll");
    return fixture;
  };
};

export const configMap = (name: string, data: Loose = {}, metadata: Loose = {}): Loose => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...metadata },
  data,
});

export const networkPolicy = (name: string, spec: Loose): Loose => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name },
  spec,
});

export const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
export const PODS = "/api/v1/namespaces/default/pods";
export const POLICIES = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies";

/** A value deep inside loose JSON. */
export const dig = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (here, key) =>
      typeof here === "object" && here !== null ? (here as Record<string | number, unknown>)[key] : undefined,
    value,
  );

/** Asks again until the answer satisfies; the test's own timeout ends what never comes. */
export const until = async <T>(ask: () => Promise<T>, satisfies: (answer: T) => boolean): Promise<T> => {
  for (;;) {
    const answer = await ask();
    if (satisfies(answer)) return answer;
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
};
