import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCidr } from "../../src/core/cidr.ts";
import type { Cluster } from "../../src/core/compile.ts";
import { Compiler } from "../../src/core/incremental/compiler.ts";
import { NodeCompiler } from "../../src/core/incremental/node-compiler.ts";
import { type NodeProgram, nodeProgram } from "../../src/core/node-program.ts";
import type { GateScope } from "../../src/core/start-gate.ts";
import { planChange } from "../../src/kernel/plan-change.ts";
import { type Plan, planWrites, stateAfter } from "../../src/kernel/plan.ts";
import { NodeRenderer } from "../../src/render/incremental/node-renderer.ts";
import { render } from "../../src/render/render.ts";
import type { Ruleset } from "../../src/render/ruleset.ts";
import { type TestBackend, backends } from "../support/backends.ts";
import { addressOfBits, bitsOf } from "../support/bits.ts";
import { type Change, changeArbitrary } from "../support/change-arbitrary.ts";
import { must } from "../support/must.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";
import { keyOf } from "../../src/core/cluster.ts";

const NODE = "n1";

interface Step {
  readonly change: Change;
  readonly podCidrs: readonly string[] | undefined;
  readonly own: readonly string[];
}

const stepsArbitrary: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    change: changeArbitrary,
    podCidrs: fc.option(fc.subarray(["10.0.0.0/30", "10.0.1.0/24", "fd00::/64"]), { nil: undefined }),
    own: fc.subarray(["10.0.0.1", "10.0.1.7", "fd00::2"]),
  }),
  { minLength: 1, maxLength: 4 },
);

/** Tells a compiler what differs, as a watch does; equal objects are not told again. */
function tell(compiler: Compiler, before: Cluster, after: Cluster): void {
  const names = new Set(after.namespaces.map(({ name }) => name));
  for (const { name } of before.namespaces) if (!names.has(name)) compiler.deleteNamespace(name);
  for (const each of after.namespaces) compiler.setNamespace(each);
  const pods = new Set(after.pods.map(keyOf));
  for (const each of before.pods) if (!pods.has(keyOf(each))) compiler.deletePod(keyOf(each));
  for (const each of after.pods) if (!before.pods.includes(each)) compiler.setPod(each);
  const policies = new Set(after.policies.map(keyOf));
  for (const each of before.policies) if (!policies.has(keyOf(each))) compiler.deletePolicy(keyOf(each));
  for (const each of after.policies) if (!before.policies.includes(each)) compiler.setPolicy(each);
}

function memo<T>(make: (text: string) => T): (text: string) => T {
  const made = new Map<string, T>();
  return (text) => {
    const known = made.get(text) ?? make(text);
    made.set(text, known);
    return known;
  };
}

const byName = <T>(map: ReadonlyMap<string, T>): [string, T][] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1));

const plainProgram = ({ groups, ...rest }: NodeProgram) => ({ ...rest, groups: byName(groups) });

const plainRuleset = (ruleset: Ruleset) =>
  (["IPv4", "IPv6"] as const).map((family) => {
    const { sets, chains, hooks } = ruleset[family];
    const entries = byName(sets).map(([name, set]) => [name, { ...set, entries: [...set.entries].sort() }]);
    return { sets: entries, chains: byName(chains), hooks };
  });

/** What does not depend on each other, sets and chains, in the order of their names. */
function plainSteps({ setsBefore, tables, setsAfter, destroy }: Plan) {
  const sorted = (lines: readonly string[]): string[] =>
    [...Map.groupBy(lines, (line) => line.split(" ", 2).join(" "))]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, group]) => group);
  return {
    setsBefore: setsBefore.toSorted(),
    tables: [...tables].map(([family, text]) => [family, sorted(text.split("\n"))]),
    setsAfter: setsAfter.toSorted(),
    destroy: destroy.toSorted(),
  };
}

/** With nftables a plan is one step, so its lines' places in it mean nothing. */
const plainPlans: Readonly<Record<TestBackend["name"], (plan: Plan) => unknown>> = {
  iptables: plainSteps,
  nftables: ({ setsBefore, setsAfter, ...plan }) =>
    plainSteps({ ...plan, setsBefore: [...setsBefore, ...setsAfter], setsAfter: [] }),
};

/** The same blocks are the same value, as a Node that did not change tells them. */
const blocksOf = memo((text: string) =>
  text === "" ? [] : text.split(" ").map((cidr) => must(parseCidr(cidr))),
);

const scopeOf = ({ podCidrs, own }: Step): GateScope | undefined =>
  podCidrs === undefined
    ? undefined
    : {
        podCidrs: blocksOf(podCidrs.join(" ")),
        own: own.map((text) => addressOfBits(bitsOf(text))),
      };

const NOTHING: Cluster = { namespaces: [], pods: [], policies: [] };

describe.each(backends)(
  "what is kept up from change to change equals what is made from scratch ($name)",
  ({ name, layout }) => {
    it(
      "a node's program and its ruleset, after any sequence of changes",
      () =>
        search(`kept up, node and rules, ${name}`, { cases: stepsArbitrary, inTest: 100 }, (steps) => {
          const compiler = new Compiler();
          const node = new NodeCompiler(NODE);
          const renderer = new NodeRenderer(layout);
          const plainPlan = plainPlans[name];
          const former: { readonly told: Ruleset; readonly plain: unknown }[] = [];
          let last = NOTHING;
          for (const step of steps) {
            for (const cluster of [step.change.before, step.change.after, step.change.after]) {
              tell(compiler, last, cluster);
              last = cluster;
              const program = compiler.program();
              const own = compiler.livePodsOf(NODE);
              // The third time nothing changes but the node's own addresses.
              const scope = scopeOf(former.length % 3 === 2 ? { ...step, own: ["10.0.0.1"] } : step);
              const kept = node.compile(program, own, scope);
              const scratch = nodeProgram(program, NODE, compiler.livePods(), scope);
              expect(plainProgram(kept)).toEqual(plainProgram(scratch));
              const told = renderer.render(kept);
              const plain = plainRuleset(render(layout, scratch));
              expect(plainRuleset(told)).toEqual(plain);
              const before = former.at(-1)?.told;
              if (before !== undefined)
                expect(plainPlan(planChange(before, told))).toEqual(
                  plainPlan(planWrites(stateAfter(before), told)),
                );
              former.push({ told, plain });
            }
          }
          // What was told before stays as it was told.
          for (const { told, plain } of former) expect(plainRuleset(told)).toEqual(plain);
          return former.length;
        }),
      SEARCH_TIMEOUT,
    );

    it("and what did not change is the same value", () =>
      search(`kept up, same values, ${name}`, { cases: changeArbitrary, inTest: 50 }, ({ before, after }) => {
        const compiler = new Compiler();
        const node = new NodeCompiler(NODE);
        const renderer = new NodeRenderer(layout);
        const pass = () => {
          const program = node.compile(compiler.program(), compiler.livePodsOf(NODE));
          return { program, ruleset: renderer.render(program) };
        };
        tell(compiler, NOTHING, before);
        pass();
        tell(compiler, before, after);
        const once = pass();
        const again = pass();
        expect(again.program.classes).toBe(once.program.classes);
        expect(again.program.groups).toBe(once.program.groups);
        for (const family of ["IPv4", "IPv6"] as const)
          expect(again.ruleset[family]).toBe(once.ruleset[family]);
        return 4;
      }));
  },
);
