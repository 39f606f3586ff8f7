import { onTestFinished } from "vitest";
import { tellControllerObservers } from "../../src/daemon/controller/controller-observer.ts";
import { type RunningController, startController } from "../../src/daemon/controller/start-controller.ts";
import { KubeClient } from "../../src/kube/client.ts";
import { collections } from "../../src/kube/wire/api.ts";
import type { ApiRequest } from "../../src/lab/apiserver/api-request.ts";
import type { Intercept } from "../../src/lab/apiserver/intercept.ts";
import { type ApiServer, startApiServer } from "../../src/lab/apiserver.ts";
import { install } from "../contract/install.ts";
import { expectedPublication, listAll, publication } from "../contract/oracle.ts";
import { newClient } from "../contract/subject.ts";
import { PATIENCE } from "../kube/reflector/fixture.ts";
import { type FlakyLink, flakyLink } from "../kube/reflector/flaky-link.ts";
import { expect } from "vitest";

export const TIMES = { leaseDuration: 600, renewDeadline: 300, retryPeriod: 40 };
export const LEASE = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/selvedge-controller";

/** Who asks: each controller of the tests sends its name with everything. */
export const senderOf = ({ headers }: ApiRequest): string => headers["x-sender"] ?? "";

/** Something of ours that is created, changed or deleted: no lease, no Event. */
export const isOwnWrite = ({ method, path }: ApiRequest): boolean =>
  method !== "GET" && path.includes("/selvedge.dev/");

export interface FaultyController extends RunningController {
  readonly name: string;
  readonly errors: unknown[];
  /** Ends it as SIGTERM does. */
  readonly stop: () => Promise<void>;
  /** Ends it as SIGKILL does: nothing that it sends from now on arrives. */
  readonly kill: () => Promise<void>;
}

export interface FaultyCluster {
  readonly server: ApiServer;
  /** The tests' own way to the server, without faults. */
  readonly client: KubeClient;
  /** The controllers' way. */
  readonly link: FlakyLink;
  /** Decides about every request of a controller from now on. */
  readonly disturb: (intercept: Intercept) => void;
  /** What controllers wrote, oldest first. */
  readonly writes: readonly ApiRequest[];
  readonly forgetWrites: () => void;
  /** The collections that controllers have watched. */
  readonly watched: ReadonlySet<string>;
  readonly start: () => FaultyController;
  /** Waits until what is published is the compile of what the server holds, and every status speaks of its spec. */
  readonly converged: () => Promise<void>;
}

/** A cluster whose API server and whose network fail when they are told to. */
export async function faultyCluster(historyLength = 10_000): Promise<FaultyCluster> {
  const writes: ApiRequest[] = [];
  const watched = new Set<string>();
  const dead = new Set<string>();
  let decide: Intercept = () => undefined;
  const server = await startApiServer({
    historyLength,
    onRequest: (request) => {
      if (senderOf(request) === "") return;
      if (isOwnWrite(request)) writes.push(request);
      if (request.verb === "watch") watched.add(request.path);
    },
    intercept: (request) => {
      const sender = senderOf(request);
      if (sender === "") return undefined;
      return dead.has(sender) ? "cut" : decide(request);
    },
  });
  onTestFinished(() => server.close());
  const client = newClient(server.url);
  await install(client);
  const link = await flakyLink(server.url);
  let started = 0;
  const start = (): FaultyController => {
    started += 1;
    const name = `controller-${started}`;
    const own = new KubeClient({
      server: new URL(link.url),
      authorize: () => Promise.resolve({ headers: { "x-sender": name }, tls: {} }),
    });
    const stop = new AbortController();
    const errors: unknown[] = [];
    const tell = tellControllerObservers([{ failed: (error) => errors.push(error) }], (error) =>
      errors.push(error),
    );
    const running = startController({
      client: own,
      namespace: "kube-system",
      identity: name,
      tell,
      signal: stop.signal,
      times: TIMES,
    });
    const end = async (): Promise<void> => {
      stop.abort();
      await running.done;
      own.close();
    };
    onTestFinished(end);
    const kill = (): Promise<void> => {
      dead.add(name);
      return end();
    };
    return { ...running, name, errors, stop: end, kill };
  };
  return {
    server,
    client,
    link,
    disturb: (intercept) => {
      decide = intercept;
    },
    writes,
    watched,
    forgetWrites: () => {
      writes.length = 0;
    },
    start,
    converged: async () => {
      await expect
        .poll(async () => difference(await publication(client), await expectedPublication(client)), PATIENCE)
        .toEqual([]);
      await expect.poll(() => unsaid(client), PATIENCE).toEqual([]);
    },
  };
}

type ByName = Readonly<Record<string, string>>;

/** What stands and should not, what is missing, and what says something else. */
const difference = (stands: ByName, expected: ByName): string[] =>
  [...new Set([...Object.keys(stands), ...Object.keys(expected)])]
    .filter((name) => stands[name] !== expected[name])
    .map((name) => `${name}: ${stands[name] ?? "missing"}, not ${expected[name] ?? "there"}`);

interface Said {
  readonly observedGeneration?: number;
  readonly conditions?: readonly { readonly type: string; readonly message: string }[];
}

interface Labelled {
  readonly podSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly nodeName?: string;
}

/** Policies whose status is about another spec than theirs, or counts other nodes; no enforcer is there that has done any. */
async function unsaid(client: KubeClient): Promise<string[]> {
  const pods = await listAll(client, "/api/v1/pods");
  const declared = await listAll(client, "/apis/networking.k8s.io/v1/networkpolicies");
  const messages = new Map<string, string>(
    declared.map(({ metadata, spec }) => {
      const wanted = Object.entries((spec as Labelled).podSelector?.matchLabels ?? {});
      const selected = pods.filter(
        (pod) =>
          pod.metadata.namespace === metadata.namespace &&
          wanted.every(([key, value]) => pod.metadata.labels?.[key] === value),
      );
      const nodes = [...new Set(selected.map((pod) => (pod.spec as Labelled).nodeName ?? ""))].sort();
      const waiting = nodes.length === 0 ? "it selects no pod" : `waiting for ${nodes.join(", ")}`;
      return [`${metadata.namespace}/${metadata.name}`, `0/${nodes.length} nodes, ${waiting}`] as const;
    }),
  );
  const policies = await listAll(client, collections.compiledPolicies);
  return policies
    .filter(({ metadata, status }) => {
      const { observedGeneration, conditions } = (status ?? {}) as Said;
      const told = conditions?.find(({ type }) => type === "Enforced")?.message;
      const key = `${metadata.namespace}/${metadata.name}`;
      return observedGeneration !== metadata.generation || told !== messages.get(key);
    })
    .map(({ metadata }) => metadata.name);
}
