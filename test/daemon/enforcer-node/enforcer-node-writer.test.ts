import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { EnforcerNodeWriter } from "../../../src/daemon/enforcer-node/enforcer-node-writer.ts";
import type { Pass } from "../../../src/daemon/enforcer-observer.ts";
import { Backoff } from "../../../src/kube/backoff.ts";
import type { Intercept } from "../../../src/lab/apiserver/intercept.ts";
import { type ControlledCluster, controlledCluster } from "../controller/fixture.ts";
import { type LogLine, NODE, PATIENCE } from "../fixture.ts";

const node = () => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: NODE },
});

const pass = (changes: number, failure?: string): Pass =>
  ({
    gate: { kind: "off", isAsked: true, why: "asked" },
    outcome: { failures: failure === undefined ? [] : [{ step: "IPv4", message: failure }] },
    published: {
      applied: { compiledPolicies: String(changes), addressGroups: String(changes) },
      changes,
      troubles: [],
    },
    // What else a pass tells is nothing of the writer's.
  }) as unknown as Pass;

interface Rig extends ControlledCluster {
  readonly writer: EnforcerNodeWriter;
  readonly log: readonly LogLine[];
  readonly disturb: (intercept: Intercept) => void;
  readonly object: () => Readonly<Record<string, unknown>> | undefined;
  readonly status: () => Readonly<Record<string, unknown>> | undefined;
}

async function rig(options: { readonly heartbeat?: number; readonly pause?: number } = {}): Promise<Rig> {
  let intercept: Intercept = () => undefined;
  const cluster = await controlledCluster({ intercept: (request) => intercept(request) });
  cluster.server.seed(node());
  const log: LogLine[] = [];
  const stop = new AbortController();
  const writer = new EnforcerNodeWriter({
    node: NODE,
    version: "1.2.3",
    backend: "nft",
    client: cluster.client,
    log: pino({ level: "info" }, { write: (line) => void log.push(JSON.parse(line) as LogLine) }),
    signal: stop.signal,
    notReady: () => "waiting for this test",
    heartbeat: 3_600_000,
    pause: 1,
    backoff: new Backoff(1, 5),
    ...options,
  });
  onTestFinished(async () => {
    stop.abort();
    await writer.idle();
  });
  const object = () =>
    cluster.server.objects("enforcernodes.selvedge.dev").find(({ metadata }) => metadata.name === NODE);
  return {
    ...cluster,
    writer,
    log,
    disturb: (next) => {
      intercept = next;
    },
    object,
    status: () => object()?.["status"] as Readonly<Record<string, unknown>> | undefined,
  };
}

const told = ({ writer }: Rig, each: Pass): void => writer.observer.passed?.(each);

const statusWrites = ({ writes }: Rig): number =>
  writes.filter(({ method, path }) => method === "PATCH" && path.endsWith("/status")).length;

/** So many may follow each other without a pause; the first makes the object, too. */
const AT_ONCE = 6;

describe("an enforcer's word of itself", () => {
  test("is written once it has made a pass, owned by its Node", async () => {
    const made = await rig();
    await made.writer.start();
    expect(made.object()).toBeUndefined();
    told(made, pass(5));
    await expect.poll(made.status, PATIENCE).toMatchObject({
      version: "1.2.3",
      backend: "nft",
      startGate: "off, as asked: asked",
      ready: true,
      applied: { compiledPolicies: "5", addressGroups: "5" },
      errors: [],
    });
    const [owner] = made.server.objects("nodes");
    expect(made.object()).toMatchObject({
      metadata: { ownerReferences: [{ kind: "Node", name: NODE, uid: owner?.metadata.uid }] },
    });
  });

  test("does not go beyond the last pass that could write all of it", async () => {
    const made = await rig();
    told(made, pass(5));
    await expect.poll(made.status, PATIENCE).toMatchObject({ ready: true });
    told(made, pass(6, "set is full"));
    await expect.poll(made.status, PATIENCE).toMatchObject({
      ready: false,
      message: "IPv4: set is full",
      applied: { compiledPolicies: "5" },
    });
    told(made, pass(6));
    await expect
      .poll(made.status, PATIENCE)
      .toMatchObject({ ready: true, applied: { compiledPolicies: "6" } });
    expect(made.status()).not.toHaveProperty("message");
  });

  test("comes at once, but not for each of a hundred changes, and not again where nothing is new", async () => {
    const pause = 100;
    const made = await rig({ pause });
    const began = performance.now();
    for (let i = 1; i <= 100; i += 1) {
      told(made, pass(i));
      await new Promise((resolve) => {
        setTimeout(resolve, 3);
      });
    }
    await expect.poll(made.status, PATIENCE).toMatchObject({ applied: { compiledPolicies: "100" } });
    const writes = statusWrites(made);
    // A few at once, then one a pause, however long a busy machine takes for all of this.
    expect(writes).toBeLessThanOrEqual(AT_ONCE + Math.ceil((performance.now() - began) / pause));
    told(made, pass(100));
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
    expect(statusWrites(made)).toBe(writes);
  });

  test("tells that it waits, and that it lives, by its heartbeat", async () => {
    const made = await rig({ heartbeat: 20 });
    await made.writer.start();
    await expect
      .poll(made.status, PATIENCE)
      .toMatchObject({ ready: false, message: "waiting for this test" });
    expect(made.status()).not.toHaveProperty("applied");
    const before = statusWrites(made);
    await expect.poll(() => statusWrites(made), PATIENCE).toBeGreaterThan(before);
  });

  test("hears of guests where it starts, and with each answer", async () => {
    const made = await rig();
    const guest = async (name: string): Promise<void> => {
      await made.request("PATCH", `/apis/selvedge.dev/v1alpha1/enforcernodes/${NODE}`, {
        spec: { guest: name },
      });
    };
    made.server.seed({
      apiVersion: "selvedge.dev/v1alpha1",
      kind: "EnforcerNode",
      metadata: { name: NODE },
      spec: { guest: "x/first" },
    });
    await made.writer.start();
    expect(made.writer.guest()).toBe("x/first");
    await guest("x/second");
    told(made, pass(1));
    await expect.poll(() => made.writer.guest(), PATIENCE).toBe("x/second");
  });

  test.each([409, 429, 403, 500])(
    "is written in the end though the server answers %i for a while",
    async (status) => {
      const made = await rig();
      let refusals = 0;
      made.disturb(({ path, method }) => {
        if (method !== "PATCH" || !path.includes("enforcernodes") || refusals === 6) return undefined;
        refusals += 1;
        return { status, headers: status === 429 ? { "retry-after": "0" } : {} };
      });
      told(made, pass(5));
      await expect.poll(made.status, PATIENCE).toMatchObject({ applied: { compiledPolicies: "5" } });
      expect(refusals).toBe(6);
      // Said once, and once that it is over.
      await expect
        .poll(() => made.log.map(({ msg }) => msg), PATIENCE)
        .toEqual([
          "the EnforcerNode cannot be written; what is enforced does not depend on it",
          "the EnforcerNode is written again",
        ]);
    },
  );

  test("is made anew where somebody deleted it", async () => {
    const made = await rig();
    told(made, pass(5));
    await expect.poll(made.status, PATIENCE).toMatchObject({ ready: true });
    await made.request("DELETE", `/apis/selvedge.dev/v1alpha1/enforcernodes/${NODE}`);
    told(made, pass(6));
    await expect.poll(made.status, PATIENCE).toMatchObject({ applied: { compiledPolicies: "6" } });
    expect(made.object()).toMatchObject({ metadata: { ownerReferences: [{ name: NODE }] } });
  });
});
