import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { policyEvents } from "../../../src/daemon/controller/policy-events.ts";
import { PATIENCE } from "../fixture.ts";
import { type ControlledCluster, controlledCluster } from "./fixture.ts";

const regarding = { kind: "NetworkPolicy", namespace: "default", name: "web", uid: "u-1" };

function observe({ client }: ControlledCluster): ReturnType<typeof policyEvents> {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  return policyEvents({
    client,
    identity: "controller-1",
    log: pino({ level: "silent" }),
    signal: stop.signal,
  });
}

interface Listed {
  readonly reason: string;
  readonly note: string;
}

/** As a client lists them; sorted by what they say, as their names are random. */
async function listed({ request }: ControlledCluster): Promise<readonly Listed[]> {
  const list = await request("GET", "/apis/events.k8s.io/v1/namespaces/default/events");
  const { items } = list as { readonly items: readonly Listed[] };
  return items.toSorted((a, b) => (`${a.reason} ${a.note}` < `${b.reason} ${b.note}` ? -1 : 1));
}

test("Events on a NetworkPolicy say what was made of it, what is wrong with it, and how long its nodes took", async () => {
  const cluster = await controlledCluster();
  const events = observe(cluster);
  const { name, namespace, uid } = regarding;
  const key = `${namespace}/${name}`;
  events.compiled?.({ key, uid, problems: [] });
  events.compiled?.({ key, uid, problems: ["spec.ingress[0]: Invalid value"] });
  events.enforced?.({ key, uid, nodes: 1, milliseconds: 12.4 });
  events.enforced?.({ key, uid, nodes: 3, milliseconds: 12_340 });
  await expect.poll(async () => (await listed(cluster)).length, PATIENCE).toBe(4);
  expect(await listed(cluster)).toMatchObject([
    { type: "Normal", reason: "Compiled", regarding },
    { type: "Normal", reason: "Enforced", note: "enforced on 1 node after 12 ms" },
    { type: "Normal", reason: "Enforced", note: "enforced on 3 nodes after 12.3 s" },
    {
      type: "Warning",
      reason: "Invalid",
      note: "what is invalid allows nothing: spec.ingress[0]: Invalid value",
    },
  ]);
});

test("an Event that the server cannot take now is written again, one that it refuses is left, and the next goes on", async () => {
  let asked = 0;
  const cluster = await controlledCluster({
    intercept: ({ method, path }) => {
      if (method !== "POST" || !path.includes("events.k8s.io")) return undefined;
      asked += 1;
      if (asked === 1) return { status: 503, body: "{}" };
      return asked === 3 ? { status: 403, body: "{}" } : undefined;
    },
  });
  const events = observe(cluster);
  const tell = (nodes: number): void =>
    events.enforced?.({ key: "default/web", uid: "u-1", nodes, milliseconds: 1 });
  for (const nodes of [1, 2, 3]) tell(nodes);
  await expect.poll(() => asked, PATIENCE).toBe(4);
  await expect.poll(async () => (await listed(cluster)).length, PATIENCE).toBe(2);
  expect(await listed(cluster)).toMatchObject([
    { note: "enforced on 1 node after 1 ms" },
    { note: "enforced on 3 nodes after 1 ms" },
  ]);
});
