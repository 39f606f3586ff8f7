import { describe, expect, onTestFinished, test, vi } from "vitest";
import { runLeaderElection } from "../../src/kube/lease/leader-election.ts";
import type { Leadership } from "../../src/kube/lease/leadership.ts";
import { type Subject, newClient, newNamespace } from "./subject.ts";

const TIMES = { leaseDuration: 1_500, renewDeadline: 1_000, retryPeriod: 100 };

interface Candidate {
  readonly isLeader: () => boolean;
  readonly terms: Leadership[];
  readonly troubles: unknown[];
  readonly stop: () => Promise<void>;
}

/** Elections by a Lease, as `kube/lease` holds them. */
export function leaseContract(subject: Subject): void {
  const candidate = (namespace: string, identity: string): Candidate => {
    const stop = new AbortController();
    const terms: Leadership[] = [];
    const troubles: unknown[] = [];
    const done = runLeaderElection({
      client: newClient(subject().server.url),
      namespace,
      name: "selvedge-controller",
      identity,
      signal: stop.signal,
      onElected: (term) => terms.push(term),
      onTrouble: (trouble) => troubles.push(trouble),
      ...TIMES,
    });
    const end = (): Promise<void> => {
      stop.abort();
      return done;
    };
    onTestFinished(end);
    return { isLeader: () => terms.at(-1)?.isHeld() === true, terms, troubles, stop: end };
  };

  describe("a lease", () => {
    test("has one holder, renews, and goes to the next as soon as its holder steps down", async () => {
      const { client } = subject();
      const namespace = await newNamespace(client);
      const a = candidate(namespace, "a");
      await vi.waitFor(() => expect(a.isLeader()).toBe(true), 5_000);
      const b = candidate(namespace, "b");
      const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/selvedge-controller`;
      const renewed = async (): Promise<unknown> =>
        ((await client.request({ path })) as { spec: { renewTime: string } }).spec.renewTime;
      const first = await renewed();
      await vi.waitFor(async () => expect(await renewed()).not.toBe(first), 5_000);
      expect(b.terms).toEqual([]);
      await a.stop();
      await vi.waitFor(() => expect(b.isLeader()).toBe(true), 5_000);
      expect(a.isLeader()).toBe(false);
      expect(await client.request({ path })).toMatchObject({
        spec: { holderIdentity: "b", leaseTransitions: 1 },
      });
      expect([...a.troubles, ...b.troubles]).toEqual([]);
    });

    test("refuses a time with another number of fractional digits, and a holder who read an older record", async () => {
      const { client } = subject();
      const namespace = await newNamespace(client);
      const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
      const lease = (renewTime: string, more: object = {}): object => ({
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name: "l", ...more },
        spec: { holderIdentity: "a", leaseDurationSeconds: 15, renewTime },
      });
      const time = "2026-01-01T00:00:00.000000Z";
      const bad = client.request({ method: "POST", path, body: lease("2026-01-01T00:00:00.000Z") });
      await expect(bad).rejects.toMatchObject({ status: 400 });
      const created = (await client.request({ method: "POST", path, body: lease(time) })) as {
        metadata: { resourceVersion: string };
      };
      const version = { resourceVersion: created.metadata.resourceVersion };
      const put = (renewTime: string): Promise<unknown> =>
        client.request({ method: "PUT", path: `${path}/l`, body: lease(renewTime, version) });
      await put("2026-01-01T00:00:01.000000Z");
      await expect(put("2026-01-01T00:00:02.000000Z")).rejects.toMatchObject({ status: 409 });
    });
  });
}
