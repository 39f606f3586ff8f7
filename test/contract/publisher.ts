import { describe, expect, onTestFinished, test } from "vitest";
import { type RunningController, startController } from "../../src/daemon/controller/start-controller.ts";
import { tellControllerObservers } from "../../src/daemon/controller/controller-observer.ts";
import { collections } from "../../src/kube/wire/api.ts";
import { PATIENCE } from "../kube/reflector/fixture.ts";
import { expectedPublication, listAll, publication } from "./oracle.ts";
import { type Subject, newClient, newNamespace } from "./subject.ts";

const TIMES = { leaseDuration: 1_500, renewDeadline: 1_000, retryPeriod: 100 };

interface Started extends RunningController {
  readonly errors: unknown[];
  readonly written: () => number;
  readonly stop: () => Promise<void>;
}

/** A controller publishes what is declared, and takes back what is declared no more. */
export function publisherContract(subject: Subject): void {
  const start = (namespace: string): Started => {
    const stop = new AbortController();
    const errors: unknown[] = [];
    let written = 0;
    const observer = {
      failed: (error: unknown) => errors.push(error),
      passed: ({ written: more }: { readonly written: number }) => {
        written += more;
      },
    };
    const running = startController({
      client: newClient(subject().server.url),
      namespace,
      identity: `controller-${Math.random()}`,
      tell: tellControllerObservers([observer], (error) => errors.push(error)),
      signal: stop.signal,
      times: TIMES,
    });
    const end = (): Promise<void> => {
      stop.abort();
      return running.done;
    };
    onTestFinished(end);
    return { ...running, errors, written: () => written, stop: end };
  };

  const rules = (app: string): object => ({
    podSelector: { matchLabels: { app } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from: [{ podSelector: {} }, { namespaceSelector: {} }], ports: [{ port: 80, endPort: 90 }] }],
    egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } }] }],
  });

  describe("a controller", () => {
    test("publishes what is declared, writes nothing twice, and leaves nothing behind", async () => {
      const { client } = subject();
      const namespace = await newNamespace(client);
      const policies = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
      const pods = `/api/v1/namespaces/${namespace}/pods`;
      const policy = (name: string, spec: object): Promise<unknown> => {
        const body = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name }, spec };
        return client.request({ method: "POST", path: policies, body });
      };
      const isPublished = async (): Promise<void> => {
        const expected = await expectedPublication(client);
        await expect.poll(() => publication(client), PATIENCE).toEqual(expected);
      };
      const controller = start(namespace);
      await policy("web", rules("web"));
      await policy("shut", { podSelector: {}, policyTypes: ["Ingress"] });
      const pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "p", labels: { app: "web" } },
        spec: { nodeName: "node-a", containers: [{ name: "c", image: "i" }] },
      };
      await client.request({ method: "POST", path: pods, body: pod });
      const status = { status: { phase: "Running", podIP: "10.9.9.9", podIPs: [{ ip: "10.9.9.9" }] } };
      const merge = { method: "PATCH", contentType: "application/merge-patch+json" } as const;
      await client.request({ ...merge, path: `${pods}/p/status`, body: status });
      await isPublished();
      expect(Object.keys(await publication(client)).length).toBeGreaterThan(3);

      await client.request({
        ...merge,
        path: `${policies}/web`,
        body: { spec: { policyTypes: ["Egress"] } },
      });
      await isPublished();
      // Statuses follow the specs.
      const said = async (): Promise<unknown[]> =>
        (await listAll(client, collections.compiledPolicies)).map(
          ({ status }) => (status as { nodes?: unknown } | undefined)?.nodes,
        );
      await expect.poll(said, PATIENCE).toEqual([
        { done: 0, concerned: 1 },
        { done: 0, concerned: 1 },
      ]);
      await controller.stop();

      const next = start(namespace);
      await expect.poll(next.isLeader, PATIENCE).toBe(true);
      await client.request({ method: "DELETE", path: `${policies}/shut` });
      await isPublished();
      // The policy, where nobody else collects it: nothing that stood already.
      expect(next.written()).toBeLessThanOrEqual(1);
      await client.request({ method: "DELETE", path: `${policies}/web` });
      await expect.poll(() => publication(client), PATIENCE).toEqual({});
      expect([...controller.errors, ...next.errors]).toEqual([]);
    });

    test("replaces what was swapped by hand for what no apply can undo", async () => {
      const { client } = subject();
      const namespace = await newNamespace(client);
      const policies = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
      const body = {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "web" },
        spec: { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] },
      };
      await client.request({ method: "POST", path: policies, body });
      const controller = start(namespace);
      await expect.poll(() => publication(client), PATIENCE).not.toEqual({});
      const expected = await expectedPublication(client);
      await expect.poll(() => publication(client), PATIENCE).toEqual(expected);
      const [group] = await listAll(client, collections.addressGroups);
      await client.request({
        method: "PATCH",
        path: `${collections.addressGroups}/${group?.metadata.name ?? ""}`,
        contentType: "application/merge-patch+json",
        body: { spec: { namespace: null, namespaceSelector: { matchExpressions: [] } } },
      });
      await expect.poll(() => publication(client), PATIENCE).toEqual(expected);
      await client.request({ method: "DELETE", path: `${policies}/web` });
      await expect.poll(() => publication(client), PATIENCE).toEqual({});
      expect(controller.errors).toEqual([]);
    });
  });
}
