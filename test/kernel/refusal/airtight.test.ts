import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Cluster } from "../../../src/core/compile.ts";
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import { type Exec, type ExecRequest, execOrThrow } from "../../../src/kernel/exec.ts";
import { isEmptyPlan, planWrites } from "../../../src/kernel/plan.ts";
import { type EnforcerBackend, iptablesBeside } from "../../../src/lab/backend.ts";
import { type Host, plainHost } from "../../../src/render/host.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { must } from "../../support/must.ts";
import { isWrite } from "../../support/netfilter/memory-exec.ts";
import { scale } from "../../support/search-settings.ts";
import { cluster, policy } from "../../support/scenario.ts";
import { killingExec, momentText, momentsOf } from "../airtight/killing-exec.ts";
import { updates } from "../airtight/updates.ts";
import { type Watch, watchBetween } from "../airtight/watch.ts";
import { backendOf } from "../backend-of.ts";
import { backends } from "../backends.ts";
import { compareWithKernel } from "../oracle/compare.ts";
import { NODE, Wire } from "../oracle/wire.ts";
import { rulesetFor } from "../ruleset-for.ts";
import { standingIn } from "../standing-in.ts";
import { describeKernel } from "../support.ts";

const rejecting: Host = { ...plainHost, denial: "reject" };

const isolated = cluster([
  policy({
    podSelector: {},
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from: [{ podSelector: { matchLabels: { app: "client" } } }], ports: [{ port: 80 }] }],
    egress: [{ to: [{ podSelector: {} }], ports: [{ port: 80 }] }],
  }),
]);

/** An answer bears what it answers, and the wire's one exit would take it for that. */
const ANSWER = "-m conntrack --ctstate RELATED";

/** What a node is to hold. */
interface Meant {
  readonly cluster: Cluster;
  readonly denial: Host["denial"];
}
const rulesetsOf =
  (backend: EnforcerBackend) =>
  ({ cluster, denial }: Meant): Ruleset =>
    rulesetFor(backend, cluster, NODE, { ...plainHost, denial });
/** What packets meet is the same with each backend; that of iptables is read by test/support. */
const asRead = rulesetsOf("nft");

const of = (each: Cluster, denial: Host["denial"]): Meant => ({ cluster: each, denial });
const { from: before, to: after } = must(
  updates.find(({ name }) => name.startsWith("a second policy joins")),
);

const killed = [
  { name: "refusing begins", from: of(after, "drop"), to: of(after, "reject") },
  { name: "refusing ends", from: of(after, "reject"), to: of(after, "drop") },
  { name: "a policy joins", from: of(before, "reject"), to: of(after, "reject") },
  { name: "a policy goes", from: of(after, "reject"), to: of(before, "reject") },
];

const TRIES = 20;

/** Else nobody is killed in the middle of a write: `killed.test.ts` tells what becomes of those. */
const isExhaustive = scale > 1;

/** What others may do in filter before us; `$t` is the program. */
const neighbours = [
  { name: "nobody comes before us in filter", script: "true" },
  {
    name: "all is accepted before us",
    script: "$t -I FORWARD 1 -j ACCEPT; $t -I OUTPUT 1 -j ACCEPT",
  },
  {
    name: "marks are cleared and set, and all is accepted, as kube-router and Calico do it",
    script:
      "for c in FORWARD OUTPUT; do $t -I $c 1 -j ACCEPT; $t -I $c 1 -j MARK --set-xmark 0xffffffff; $t -I $c 1 -j CONNMARK --restore-mark; done",
  },
] as const;

describeKernel("what is refused", () => {
  describe.each(backends)("$name", ({ backend }) => {
    const variant = iptablesBeside(backend);
    const rulesetOf = rulesetsOf(backend);
    const kernel = (exec: Exec): NodeKernel => new NodeKernel(backendOf(backend, exec));
    let wire: Wire;
    beforeAll(async () => {
      wire = await Wire.open();
    });
    afterAll(() => wire.close());

    const sh = (script: string): Promise<string> =>
      execOrThrow(wire.exec, {
        command: "sh",
        args: ["-ec", `for t in "iptables-${variant} -w" "ip6tables-${variant} -w"; do ${script}; done`],
      });

    test.each(neighbours)("does not pass where $name", { timeout: 120_000 }, async ({ script }) => {
      await kernel(wire.exec).bring(rulesetOf(of(isolated, "reject")));
      await sh(`$t -t mangle -A OUTPUT ${ANSWER} -j DROP; ${script}`);
      const { allowed, denied } = await compareWithKernel(wire, backend, {
        cluster: isolated,
        limit: Infinity,
        host: rejecting,
      });
      expect(allowed).toBeGreaterThan(0);
      expect(denied).toBeGreaterThan(0);
      await sh(`$t -t mangle -D OUTPUT ${ANSWER} -j DROP; $t -F FORWARD; $t -F OUTPUT`);
    });

    describe("while others accept all before us in filter", () => {
      beforeAll(() => sh(`$t -t mangle -A OUTPUT ${ANSWER} -j DROP; $t -A FORWARD -j ACCEPT`));
      afterAll(() => sh(`$t -t mangle -D OUTPUT ${ANSWER} -j DROP; $t -F FORWARD`));
      // Both families are written at once; packets are sent after one write at a time.
      let last: Promise<unknown> = Promise.resolve();
      /** What packets meet, the others' rule before ours wherever ours has just been put. */
      const look = (watch: Watch): Promise<string[]> => {
        const mine = last.then(async () => {
          await Promise.all(
            ["iptables", "ip6tables"].map((tool) =>
              execOrThrow(wire.exec, {
                command: `${tool}-${variant}-restore`,
                args: ["--noflush", "--wait"],
                input: "*filter\n-D FORWARD -j ACCEPT\n-I FORWARD 1 -j ACCEPT\nCOMMIT\n",
              }),
            ),
          );
          return watch.look();
        });
        last = mine.catch(() => undefined);
        return mine;
      };
      const bring = async (exec: Exec, wanted: Ruleset): Promise<void> => {
        for (let tries = 1; ; tries += 1) {
          const { failures } = await kernel(exec).bring(wanted);
          if (failures.length === 0) return;
          // The kernel may hold a set for a moment after its last rule.
          const isOnlyDestroying = failures.every(({ step }) => step.startsWith("destroy "));
          expect(isOnlyDestroying && tries < TRIES, JSON.stringify(failures)).toBe(true);
        }
      };

      test.each(killed)(
        "nothing leaks where $name and the enforcer is killed at every step",
        { timeout: 300_000 },
        async ({ from: first, to: last }) => {
          const [from, to] = [rulesetOf(first), rulesetOf(last)];
          const writes: ExecRequest[] = [];
          const recording: Exec = (request) => {
            if (isWrite(request)) writes.push(request);
            return wire.exec(request);
          };
          await bring(wire.exec, from);
          await bring(recording, to);
          const watch = watchBetween(wire, asRead(first), asRead(last));
          const moments = momentsOf(writes).filter(({ kind }) => isExhaustive || kind !== "within");
          expect(moments.length).toBeGreaterThan(0);
          for (const moment of moments) {
            const when = `killed ${momentText(moment, writes)}`;
            await bring(wire.exec, from);
            const { exec, dead } = killingExec(wire.exec, moment);
            void kernel(exec).bring(to);
            await dead;
            expect(await look(watch), when).toEqual([]);
            const watched: Exec = async (request) => {
              const result = await wire.exec(request);
              if (isWrite(request)) expect(await look(watch), `${when}, and afterwards`).toEqual([]);
              return result;
            };
            await bring(watched, to);
            const left = planWrites(await standingIn(wire.exec, backend), to);
            expect(isEmptyPlan({ ...left, destroy: [] }), when).toBe(true);
          }
          process.stdout.write(`refusal, ${backend}: killed ${moments.length} times, 0 leaks\n`);
        },
      );
    });
  });
});
