import { setTimeout as sleep } from "node:timers/promises";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { asyncSearch } from "../contract/async-search.ts";
import { type Change, changeArbitrary, make } from "./changes.ts";
import { type FaultyCluster, type FaultyController, faultyCluster, isOwnWrite } from "./faulty-cluster.ts";
import type { KubeClient } from "../../src/kube/client.ts";
import { collections } from "../../src/kube/wire/api.ts";
import type { Intercept } from "../../src/lab/apiserver/intercept.ts";
import { listAll } from "../contract/oracle.ts";

const status = (code: number, reason: string): string =>
  JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message: reason });

const json = { "content-type": "application/json" };

const answered = (code: number, reason: string, headers = {}) => ({
  status: code,
  headers: { ...json, ...headers },
  body: status(code, reason),
});

/** What a server or a network does for a while. */
const faults = {
  "429 with Retry-After": () => answered(429, "TooManyRequests", { "retry-after": "0" }),
  "every second request 429": () => {
    let i = 0;
    return (i += 1) % 2 === 0 ? answered(429, "TooManyRequests") : undefined;
  },
  "409 to every write": (request) => (isOwnWrite(request) ? answered(409, "Conflict") : undefined),
  "410 to every read": (request) => (request.method === "GET" ? answered(410, "Expired") : undefined),
  "500 to everything": () => answered(500, "InternalError"),
  "slow answers": () => sleep(30, undefined),
  "answers that never come": (request) => (isOwnWrite(request) ? "cut-answer" : undefined),
} satisfies Readonly<Record<string, Intercept>>;

type Step =
  | { readonly kind: "change"; readonly change: Change }
  | { readonly kind: "disturb"; readonly fault: keyof typeof faults }
  | { readonly kind: "heal" | "cut" | "forget" | "restart" | "takeover" | "pause" }
  | { readonly kind: "cut in a line"; readonly after: number };

const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: changeArbitrary.map((change): Step => ({ kind: "change", change })) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(...(Object.keys(faults) as (keyof typeof faults)[]))
      .map((fault): Step => ({ kind: "disturb", fault })),
  },
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      ...(["heal", "cut", "forget", "restart", "takeover", "pause"] as const).map((kind): Step => ({ kind })),
    ),
  },
  { weight: 1, arbitrary: fc.nat({ max: 700 }).map((after): Step => ({ kind: "cut in a line", after })) },
);

async function take(cluster: FaultyCluster, step: Step, controllers: FaultyController[]): Promise<void> {
  const { server, link } = cluster;
  switch (step.kind) {
    case "change":
      return make(cluster, step.change);
    case "disturb":
      return cluster.disturb(faults[step.fault]);
    case "heal":
      return cluster.disturb(() => undefined);
    case "cut":
      return link.cut();
    case "cut in a line":
      return link.cutAfter(step.after);
    case "forget":
      return server.expireHistory();
    case "restart":
      await link.refuse();
      server.expireHistory();
      return link.welcome();
    case "takeover": {
      const [old] = controllers.splice(0, 1, cluster.start());
      return old?.kill();
    }
    case "pause":
      await sleep(40);
  }
}

/** Whoever has published this has seen all that came before it: else nothing asked for, and nothing done yet, is agreement. */
const lastWord: readonly Change[] = [
  { kind: "pod", name: "x9", app: "last", node: "node-a" },
  { kind: "policy", name: "last", to: "last", from: ["last"] },
];

const publishedVersions = async (client: KubeClient): Promise<string[]> =>
  [
    ...(await listAll(client, collections.compiledPolicies)),
    ...(await listAll(client, collections.addressGroups)),
  ].map(({ metadata: { name, resourceVersion } }) => `${name} ${resourceVersion}`);

test(
  "whatever changes while whatever fails, what is published converges to the compile of what is declared",
  () =>
    asyncSearch(
      "changes during faults",
      { cases: fc.array(stepArbitrary, { minLength: 8, maxLength: 30 }), inTest: 12 },
      async (steps) => {
        const cluster = await faultyCluster(50);
        const controllers = [cluster.start()];
        for (const step of steps) await take(cluster, step, controllers);
        cluster.disturb(() => undefined);
        // A link that is still to be cut would lose an answer later on, and whoever waits for it would have to ask again.
        cluster.link.cut();
        for (const change of lastWord) await make(cluster, change);
        await cluster.converged();
        // It stays so, and costs nothing more.
        const versions = await publishedVersions(cluster.client);
        const { length } = cluster.writes;
        await sleep(60);
        expect(cluster.writes.slice(length).map(({ method, path }) => `${method} ${path}`)).toEqual([]);
        expect(await publishedVersions(cluster.client)).toEqual(versions);
        for (const controller of controllers) await controller.stop();
        await cluster.server.close();
      },
    ),
  300_000,
);
