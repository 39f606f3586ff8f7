import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import type { JsonObject } from "../../src/lab/apiserver/json.ts";
import { type ApiServer, startApiServer } from "../../src/lab/apiserver.ts";
import { NODE, onlyFront, pod, policy } from "../daemon/fixture.ts";
import { dice } from "../kernel/airtight/dice.ts";
import { ownNetns } from "../kernel/own-netns.ts";
import { describeKernel } from "../kernel/support.ts";
import { must } from "../support/must.ts";
import { SEARCH_TIMEOUT, scale, seedOf } from "../support/search-settings.ts";
import type { Holding } from "./holding.ts";

/** 100,000 with SELVEDGE_RUNS=40000. */
const EVENTS = Math.ceil(5_000 * scale);

/** Each a write of the real nft; 100,000 with SELVEDGE_RUNS=200000. */
const OF_NFTABLES = Math.ceil(1_000 * scale);

/** The cluster is as it was at the beginning after each of so many parts. */
const PARTS = 10;

/** Bytes that the heap may differ by where nothing has grown: code that is compiled late, tables that double. */
const NOISE = 3_000_000;

/** Bytes that nft may hold, which remembers what it was told, before another takes its place: that which writes, and that which watches. */
const OF_NFT = 40_000_000;

const PROCESS = fileURLToPath(new URL("enforcer-process.ts", import.meta.url));

interface Running {
  readonly holding: () => Promise<Holding>;
}

async function startEnforcer(server: string, netns: readonly string[]): Promise<Running> {
  const directory = await mkdtemp(join(tmpdir(), "selvedge-growth-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const child = fork(PROCESS, [server, directory, ...netns], { execArgv: ["--expose-gc"] });
  const ended = once(child, "exit");
  onTestFinished(async () => {
    child.disconnect();
    await ended;
  });
  return {
    holding: async () => {
      const answer = once(child, "message") as Promise<[Holding]>;
      child.send("holding");
      const [holding] = await Promise.race([
        answer,
        ended.then(() => Promise.reject(new Error("it has ended"))),
      ]);
      return holding;
    },
  };
}

const seedCluster = (api: ApiServer): void => {
  api.seed({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: NODE },
    spec: { podCIDRs: ["10.244.1.0/24"] },
  });
  for (let i = 1; i <= 20; i += 1) api.seed(pod(`own${i}`, `10.244.1.${i}`));
  for (let i = 1; i <= 40; i += 1) api.seed(pod(`other${i}`, `10.244.2.${i}`, { node: "n2" }));
  api.seed(onlyFront);
};

const PODS = "/api/v1/namespaces/default/pods";
const POLICIES = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies";

/** Objects that come, change and go, one event each; what is left of them at the end goes. */
function churn(api: ApiServer, seed: number) {
  const { below, oneOf } = dice(seed);
  const standing = new Set<string>();
  let made = 0;
  const send = async (method: string, path: string): Promise<void> => {
    const response = await fetch(`${api.url}${path}`, { method });
    await response.arrayBuffer();
  };
  const put = (path: string, object: Parameters<ApiServer["seed"]>[0]): void => {
    standing.add(path);
    api.seed(object);
  };
  const come = (): void => {
    // Names and addresses are never the same for long, as in a cluster that lives.
    made += 1;
    const [low, number] = [1 + below(200), made % 5_000];
    switch (below(4)) {
      case 0:
        put(`${PODS}/p${number}`, pod(`p${number}`, `10.244.1.${20 + low}`));
        return;
      case 1:
        put(`${PODS}/q${number}`, pod(`q${number}`, `10.244.3.${low}`, { node: "n2" }));
        return;
      case 2: {
        const name = `team-${number}`;
        const metadata = { name, labels: { team: oneOf(["red", "blue"]), at: `${made}` } };
        put(`/api/v1/namespaces/${name}`, { apiVersion: "v1", kind: "Namespace", metadata });
        return;
      }
      default: {
        const from = oneOf<JsonObject>([
          { podSelector: { matchLabels: { app: `q${number - below(9)}` } } },
          { namespaceSelector: { matchLabels: { team: "red" } } },
          { ipBlock: { cidr: `172.16.${low}.0/24` } },
        ]);
        const podSelector = oneOf([{}, { matchLabels: { app: `own${1 + below(20)}` } }]);
        put(
          `${POLICIES}/np${number}`,
          policy(`np${number}`, {
            podSelector,
            ingress: [{ from: [from], ports: [{ port: 1 + below(999) }] }],
          }),
        );
      }
    }
  };
  const goAway = async (path: string): Promise<void> => {
    standing.delete(path);
    await send("DELETE", path);
  };
  return {
    /** So many events; nothing that came is left after them. */
    run: async (events: number): Promise<void> => {
      for (let left = events; left > standing.size; left -= 1) {
        // Or one pass takes hundreds together, and hardly anything is written.
        if (left % 25 === 0) await sleep(10);
        const [oldest] = standing;
        if (standing.size > 60 || (standing.size > 20 && below(2) === 0)) await goAway(oldest ?? "");
        else come();
      }
      for (const path of standing) await goAway(path);
    },
  };
}

const settled = async ({ holding }: Running, isSo: (holding: Holding) => boolean): Promise<Holding> => {
  for (let tries = 0; ; tries += 1) {
    const now = await holding();
    if (isSo(now) || tries === 200) return now;
    await sleep(100);
  }
};

/** How many descriptors are open for good: the pipes of a program are closed some turns after it has ended. */
async function openForGood({ holding }: Running): Promise<number> {
  let least = Infinity;
  for (let looks = 0; looks < 20; looks += 1) {
    least = Math.min(least, (await holding()).descriptors);
    await sleep(20);
  }
  return least;
}

/** Of one enforcer's life on a node. */
async function nothingGrows(events: number, told: string, ...netns: readonly string[]): Promise<void> {
  const seed = seedOf();
  const api = await startApiServer({ bookmarkIntervalMs: 500 });
  onTestFinished(() => api.close());
  seedCluster(api);
  const enforcer = await startEnforcer(api.url, netns);
  const content = ({ sets, chains }: Holding): string => JSON.stringify([sets, chains]);
  const first = await settled(enforcer, ({ notReady }) => notReady === undefined);
  const { run } = churn(api, seed);
  const at: Holding[] = [];
  const descriptors: number[] = [];
  for (let part = 0; part < PARTS; part += 1) {
    await run(events / PARTS);
    at.push(await settled(enforcer, (now) => content(now) === content(first)));
    descriptors.push(await openForGood(enforcer));
  }
  const [begin, end] = [at[0], at.at(-1)];
  if (begin === undefined || end === undefined) throw new Error("no parts");
  const inMegabytes = (of: (holding: Holding) => number): string =>
    at.map((holding) => (of(holding) / 1e6).toFixed(1)).join(" ");
  process.stdout.write(
    `${told}: ${events} events, ${end.passes} passes, ${end.writes} writes; MB after each tenth: ${inMegabytes(({ heap }) => heap)}; of programs: ${inMegabytes(({ programs }) => programs)}; descriptors: ${descriptors.join(" ")}; seed ${seed}\n`,
  );
  expect(first.sets.length).toBeGreaterThan(2);
  expect(end.writes).toBeGreaterThan(events / 100);
  for (const each of at)
    expect({ sets: each.sets, chains: each.chains }).toEqual({ sets: first.sets, chains: first.chains });
  expect(end.heap - begin.heap).toBeLessThan(NOISE);
  expect(end.programs - begin.programs).toBeLessThan(OF_NFT);
  for (const [name, count] of Object.entries(end.resources))
    expect(count, name).toBeLessThanOrEqual((begin.resources[name] ?? 0) + 2);
  expect(descriptors.at(-1)).toBeLessThanOrEqual((descriptors[0] ?? 0) + 2);
}

test(
  `nothing grows in ${EVENTS} events: memory, timers, descriptors, chains and sets`,
  { timeout: SEARCH_TIMEOUT * 3 },
  () => nothingGrows(EVENTS, "growth"),
);

describeKernel("with nftables, in a real kernel", () => {
  test(`nothing grows in ${OF_NFTABLES} events, either`, { timeout: SEARCH_TIMEOUT * 10 }, async () => {
    const netns = await ownNetns();
    onTestFinished(() => netns.remove());
    await nothingGrows(OF_NFTABLES, "growth, nftables", must(netns.enter[3]));
  });
});
