import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { KubeClient } from "../../../src/kube/client.ts";
import { type LeaderElectionOptions, runLeaderElection } from "../../../src/kube/lease/leader-election.ts";
import { Leadership } from "../../../src/kube/lease/leadership.ts";
import { type ApiServer, startApiServer } from "../../../src/lab/apiserver.ts";
import type { Intercept } from "../../../src/lab/apiserver/intercept.ts";

const TIMES = { leaseDuration: 600, renewDeadline: 300, retryPeriod: 40 };
/** For terms that must not run out because a busy machine is late. */
const CALM = { leaseDuration: 1_600, renewDeadline: 1_400 };
/** A guard against hanging, not a bar. */
const PATIENCE = { timeout: 20_000 };
const LEASES = "/apis/coordination.k8s.io/v1/namespaces/default/leases";

/** An API server that some candidates cannot reach at times. */
async function electorate(): Promise<{ server: ApiServer; unreachable: Set<string> }> {
  const unreachable = new Set<string>();
  const intercept: Intercept = ({ headers }) =>
    unreachable.has(headers["x-candidate"] ?? "") ? "cut" : undefined;
  const server = await startApiServer({ intercept });
  onTestFinished(() => server.close());
  return { server, unreachable };
}

interface Candidate {
  readonly isLeader: () => boolean;
  readonly terms: Leadership[];
  readonly leaders: string[];
  /** Steps down. */
  readonly stop: () => Promise<void>;
}

function candidate(
  server: ApiServer,
  identity: string,
  options: Partial<LeaderElectionOptions> = {},
): Candidate {
  const client = new KubeClient({
    server: new URL(server.url),
    authorize: () => Promise.resolve({ headers: { "x-candidate": identity }, tls: {} }),
  });
  const stop = new AbortController();
  const terms: Leadership[] = [];
  const leaders: string[] = [];
  const done = runLeaderElection({
    client,
    namespace: "default",
    name: "selvedge-controller",
    identity,
    signal: stop.signal,
    onElected: (term) => terms.push(term),
    onLeader: (leader) => leaders.push(leader),
    ...TIMES,
    ...options,
  });
  const end = async (): Promise<void> => {
    stop.abort();
    await done;
    client.close();
  };
  onTestFinished(end);
  return { isLeader: () => terms.at(-1)?.isHeld() === true, terms, leaders, stop: end };
}

describe("an election", () => {
  test("has one winner, and the next takes over at once when it steps down", async () => {
    const { server } = await electorate();
    // Who waited for the lease to run out would wait longer than this test.
    const held = { leaseDuration: 120_000, renewDeadline: 60_000, retryPeriod: 1_000 };
    const all = ["a", "b", "c"].map((name) => ({ name, ...candidate(server, name, held) }));
    const leading = (): typeof all => all.filter(({ isLeader }) => isLeader());
    await vi.waitFor(() => expect(leading()).toHaveLength(1), PATIENCE);
    const [first] = leading();
    await first?.stop();
    expect(first?.isLeader()).toBe(false);
    await vi.waitFor(() => expect(leading()).toHaveLength(1), PATIENCE);
    expect(leading()[0]?.name).not.toBe(first?.name);
    await vi.waitFor(() => expect(new Set(all.map(({ leaders }) => leaders.at(-1))).size).toBe(2), PATIENCE);
  });

  test("lets the next one in at once, though a last renewal was on its way as its leader stepped down", async () => {
    let isStepping = false;
    let refused = 0;
    const server = await startApiServer({
      intercept: ({ method }) => {
        if (!isStepping || method !== "PUT" || refused === 1) return undefined;
        refused += 1;
        return { status: 409 };
      },
    });
    onTestFinished(() => server.close());
    const held = { leaseDuration: 120_000, renewDeadline: 60_000, retryPeriod: 1_000 };
    const a = candidate(server, "a", held);
    await vi.waitFor(() => expect(a.isLeader()).toBe(true), PATIENCE);
    isStepping = true;
    await a.stop();
    expect(refused).toBe(1);
    const b = candidate(server, "b", held);
    await vi.waitFor(() => expect(b.isLeader()).toBe(true), PATIENCE);
  });

  test("never has two leaders, whoever is cut off and comes back", async () => {
    const { server, unreachable } = await electorate();
    const names = ["a", "b", "c"];
    const all = names.map((name) => candidate(server, name));
    let most = 0;
    const watching = setInterval(() => {
      most = Math.max(most, all.filter(({ isLeader }) => isLeader()).length);
    }, 1);
    onTestFinished(() => clearInterval(watching));
    for (const [round, name] of [...names, ...names].entries()) {
      await vi.waitFor(() => expect(all.some(({ isLeader }) => isLeader())).toBe(true), 5_000);
      unreachable.add(name);
      await sleep(150 * round);
      unreachable.delete(name);
    }
    expect(all.reduce((sum, { terms }) => sum + terms.length, 0)).toBeGreaterThan(1);
    expect(most).toBe(1);
  });

  test("ends a term that cannot be renewed before another may begin", async () => {
    const { server, unreachable } = await electorate();
    const a = candidate(server, "a");
    await vi.waitFor(() => expect(a.isLeader()).toBe(true), PATIENCE);
    const b = candidate(server, "b");
    await vi.waitFor(() => expect(b.leaders).toEqual(["a"]), PATIENCE);
    unreachable.add("a");
    let wasHeldByBoth = false;
    await vi.waitFor(() => {
      wasHeldByBoth ||= a.isLeader() && b.isLeader();
      expect(b.isLeader()).toBe(true);
    }, PATIENCE);
    expect(wasHeldByBoth).toBe(false);
    expect(a.terms[0]?.signal.aborted).toBe(true);
    unreachable.delete("a");
    await vi.waitFor(() => expect(a.leaders.at(-1)).toBe("b"), PATIENCE);
    expect(a.isLeader()).toBe(false);
  });

  test("does not look at other machines' clocks", async () => {
    const { server } = await electorate();
    const off = (hours: number) => () => new Date(Date.now() + hours * 3_600_000);
    const a = candidate(server, "a", { ...CALM, now: off(-1000) });
    await vi.waitFor(() => expect(a.isLeader()).toBe(true), PATIENCE);
    const b = candidate(server, "b", { ...CALM, now: off(1000) });
    await sleep(2 * CALM.leaseDuration);
    expect(a.terms).toHaveLength(1);
    expect(b.terms).toHaveLength(0);
    await a.stop();
    await vi.waitFor(() => expect(b.isLeader()).toBe(true), PATIENCE);
  });

  test("keeps what others wrote on the lease", async () => {
    const { server } = await electorate();
    const a = candidate(server, "a", CALM);
    await vi.waitFor(() => expect(a.isLeader()).toBe(true), PATIENCE);
    const client = new KubeClient({
      server: new URL(server.url),
      authorize: () => Promise.resolve({ headers: {}, tls: {} }),
    });
    onTestFinished(() => client.close());
    const version = (): unknown => server.objects("leases.coordination.k8s.io")[0]?.metadata.resourceVersion;
    await client.request({
      method: "PATCH",
      path: `${LEASES}/selvedge-controller`,
      contentType: "application/merge-patch+json",
      body: { metadata: { annotations: { "example.org/note": "kept" } } },
    });
    const noted = version();
    await vi.waitFor(() => expect(version()).not.toBe(noted), PATIENCE);
    expect(a.terms).toHaveLength(1);
    expect(server.objects("leases.coordination.k8s.io")[0]?.metadata["annotations"]).toEqual({
      "example.org/note": "kept",
    });
  });
});

describe("a term", () => {
  test("is over for a process that was stopped while it ran out, before any timer says so", () => {
    let now = 0;
    const term = new Leadership(() => now, 100);
    expect(term.isHeld()).toBe(true);
    now = 100;
    term.extend(200);
    expect(term.isHeld()).toBe(false);
    expect(term.signal.aborted).toBe(true);
  });
});
