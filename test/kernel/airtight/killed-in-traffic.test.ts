import { type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Exec } from "../../../src/kernel/exec.ts";
import type { EnforcerBackend } from "../../../src/lab/backend.ts";
import { startEnforcer } from "../../../src/lab/cluster/enforcers.ts";
import { NODE_API_PORT } from "../../../src/lab/cluster/control-plane.ts";
import type { StreamWay } from "../../../src/lab/prober/stream.ts";
import { apply, mergePatch, objectPath } from "../../../src/lab/cluster/objects.ts";
import { spawnInNode } from "../../../src/lab/spawn.ts";
import { SEARCH_TIMEOUT, scale, seedOf } from "../../support/search-settings.ts";
import { must } from "../../support/must.ts";
import { networkPolicy } from "../enforcer/playground.ts";
import { backends } from "../backends.ts";
import { describeKernel } from "../support.ts";
import { type ChurnRig, WARM_UP, churnRig, dueAmong, talkers } from "./churn-rig.ts";
import { detoursIn, passesIn } from "./detours.ts";
import { dice } from "./dice.ts";
import { type Due, balance } from "./ledger.ts";
import { randomUpdate } from "./random-update.ts";

const SELVEDGE = fileURLToPath(new URL("../../../bin/selvedge", import.meta.url));

/** In each the enforcer is killed twice while updates go on, and then brings the kernel to where it is to be. */
const ROUNDS = { nft: 8, legacy: 8, nftables: 4 } satisfies Record<EnforcerBackend, number>;
const KILLS_A_ROUND = 2;
const MOST_UPDATES = 6;

const ABSENCES = { nft: 4, legacy: 4, nftables: 2 } satisfies Record<EnforcerBackend, number>;

/** Longer than a start takes up to its first write: some die before they have done anything. */
const LONGEST_LIFE_MS = 1_500;

/** Prints an enforcer's tools that run in this network namespace; between kills nobody else runs any there. */
const TOOLS =
  'ns=$(readlink /proc/self/ns/net); for p in $(pgrep "^(ipset|tcpdump|ip6?tables.*|nft)$"); do [ "$(readlink /proc/$p/ns/net)" = "$ns" ] && cat /proc/$p/comm; done; true';

/** The programs of an enforcer that run in this network namespace. */
async function toolsIn(exec: Exec): Promise<string[]> {
  const { stdout } = await exec({ command: "sh", args: ["-c", TOOLS] });
  return stdout.split("\n").filter((line) => line !== "");
}

for (const { backend, name: told } of backends) {
  describeKernel(`an enforcer that is killed while it works (${told})`, () => {
    const rounds = Math.ceil(ROUNDS[backend] * scale);
    const absences = Math.ceil(ABSENCES[backend] * scale);
    let rig: ChurnRig;
    let enforcer: ChildProcess | undefined;
    const start = (): void => {
      const log = openSync(join(rig.node.dir, "enforcer.log"), "a");
      const server = `http://127.0.0.1:${NODE_API_PORT}`;
      const args = [
        "--node",
        rig.node.name,
        "--backend",
        backend,
        "--standalone",
        "--start-gate",
        "off",
        "--server",
        server,
      ];
      enforcer = spawnInNode(rig.node, SELVEDGE, ["enforcer", ...args], {
        stdio: ["ignore", log, log],
      });
    };
    const kill = async (): Promise<void> => {
      const dying = must(enforcer);
      const gone = once(dying, "exit");
      dying.kill("SIGKILL");
      await gone;
      // One that waits for the xtables lock would write what is wanted no more; tcpdump would keep the log. By itself it would
      // give up after five seconds.
      const ended = { message: "outlives the enforcer", timeout: 4_000 };
      await expect.poll(() => toolsIn(rig.node.exec), ended).toEqual([]);
    };
    beforeAll(async () => {
      rig = await churnRig(`kill${backend}`, backend);
      const first = await startEnforcer(rig.node, backend, ["--start-gate", "off"]);
      await rig.enforced(await rig.stage());
      await first.kill();
      start();
    });
    afterAll(() => rig.close());

    it(
      "leaks nothing and drops nothing, and the one that lives leaves the kernel as it is to be",
      { timeout: SEARCH_TIMEOUT * 3 },
      async () => {
        const seed = seedOf();
        const { below, oneOf } = dice(seed);
        const due = new Map<number, (way: StreamWay) => Due>();
        const texts = new Map<number, string>();
        const sum = { kills: 0, updates: 0 };
        let stage = await rig.stage();
        await rig.enforced(stage);
        await rig.warmUp(stage);
        const began = performance.now();
        for (let round = 1; round <= rounds; round += 1) {
          const [steady, changing] = [2 * round, 2 * round + 1];
          due.set(steady, dueAmong([stage]));
          texts.set(steady, `before round ${round}`);
          await rig.stream.window(steady);
          await rig.stream.window(changing);
          const stages = [stage];
          const words: string[] = [];
          const updating = async (): Promise<void> => {
            for (let left = 1 + below(MOST_UPDATES); left > 0; left -= 1) {
              const update = randomUpdate({ below, oneOf }, talkers);
              words.push(update.text);
              await update.carryOut(rig.cluster.control.client);
              stages.push(await rig.stage());
              sum.updates += 1;
              await sleep(below(LONGEST_LIFE_MS / MOST_UPDATES));
            }
          };
          const killing = async (): Promise<void> => {
            for (let left = KILLS_A_ROUND; left > 0; left -= 1) {
              await sleep(below(LONGEST_LIFE_MS));
              await kill();
              sum.kills += 1;
              start();
            }
          };
          await Promise.all([updating(), killing()]);
          stage = must(stages.at(-1));
          await rig.enforced(stage).catch(async (cause: unknown) => {
            const log = await readFile(join(rig.node.dir, "enforcer.log"), "utf8");
            throw new Error(`seed ${seed}; the last words of its log:\n${log.slice(-2_000)}`, { cause });
          });
          due.set(changing, dueAmong(stages));
          texts.set(changing, words.join("; "));
        }
        const seconds = (performance.now() - began) / 1000;
        await rig.stream.silence();
        const { sent, leaks, drops, excused, wrong } = balance(
          rig.stream.counts().filter(({ window }) => window !== WARM_UP),
          (window, way) => must(due.get(window))(way),
          (window) => must(texts.get(window)),
        );
        process.stdout.write(
          `killed under traffic, ${backend}: ${sum.kills} kills, ${sum.updates} updates, ${sent} packets, ${Math.round(sent / seconds)} a second, ${excused} of them on ways that open or close, ${await detoursIn(join(rig.node.dir, "enforcer.log"))} detours, ${leaks} leaks, ${drops} false drops, seed ${seed}\n`,
        );
        expect(wrong).toEqual([]);
        expect({ leaks, drops }).toEqual({ leaks: 0, drops: 0 });
        expect(sent).toBeGreaterThan(0);
      },
    );

    it("takes more than one plan where rules and peers changed while it was away, and lets nothing by", async () => {
      const logFile = join(rig.node.dir, "enforcer.log");
      const { client } = rig.cluster.control;
      const isApp = (app: string) => ({ matchLabels: { app } });
      const relabel = (namespace: string, name: string, app: string): Promise<void> =>
        mergePatch(client, objectPath({ apiVersion: "v1", kind: "Pod", namespace, name }), {
          metadata: { labels: { app } },
        });
      /** One of two peers elsewhere is let in by one protocol; the other way round, the other one by the other. */
      const settle = async (protocol: string, port: number, [inside, outside]: readonly [string, string]) => {
        const ingress = [
          { from: [{ namespaceSelector: {}, podSelector: isApp("client") }], ports: [{ protocol, port }] },
        ];
        await apply(client, networkPolicy("np0", { podSelector: isApp("web"), ingress }));
        await relabel("y", inside, "client");
        await relabel("y", outside, "stray");
      };
      for (const other of ["np1", "np2", "np3"])
        await apply(client, networkPolicy(other, { podSelector: isApp("nobody") }));
      await relabel("x", "a", "web");
      const ways = [
        ["UDP", 5000, ["e", "f"]],
        ["TCP", 5001, ["f", "e"]],
      ] as const;
      await settle(...ways[0]);
      const stages = [await rig.stage()];
      await rig.enforced(must(stages[0]));
      const before = await detoursIn(logFile);
      const FIRST = 1_000_000;
      for (let round = 0; round < absences; round += 1) {
        await kill();
        const [protocol, port, peers] = must(ways[(round + 1) % 2]);
        await settle(protocol, port, peers);
        const stage = await rig.stage();
        stages.push(stage);
        await rig.stream.window(FIRST + round);
        const passes = await passesIn(logFile);
        start();
        await rig.enforced(stage);
        // Killed before it has told of its pass, it would be missed in the log alone.
        await expect.poll(() => passesIn(logFile)).toBeGreaterThan(passes);
      }
      await rig.stream.silence();
      const { sent, leaks, drops, wrong } = balance(
        rig.stream.counts().filter(({ window }) => window >= FIRST),
        (window, way) => dueAmong(stages.slice(window - FIRST, window - FIRST + 2))(way),
        () => "both changed",
      );
      expect(wrong).toEqual([]);
      expect({ leaks, drops }).toEqual({ leaks: 0, drops: 0 });
      expect(sent).toBeGreaterThan(0);
      const detours = (await detoursIn(logFile)) - before;
      process.stdout.write(
        `away, ${backend}: ${absences} absences, ${detours} detours, ${sent} packets, 0 leaks, 0 false drops\n`,
      );
      expect(detours).toBe(absences);
    });
  });
}
