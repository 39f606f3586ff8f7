import { expect, test } from "vitest";
import type { Cluster } from "../../src/core/compile.ts";
import { compile } from "../../src/core/compile.ts";
import { livePods } from "../../src/core/live-pods.ts";
import { type SubjectClass, nodeProgram } from "../../src/core/node-program.ts";
import { cluster, pod, policy } from "../support/scenario.ts";

const twin = (name: string, http: number, node = "n1") =>
  pod(`shop/${name}`, { ips: [`10.0.0.${name.charCodeAt(0)}`], ports: { "http/TCP": http }, node });

const pods = [twin("a", 80), twin("b", 80), twin("c", 8080), twin("d", 80, "n2")];
const byName = policy({ podSelector: {}, ingress: [{ ports: [{ port: "http" }] }] });
const classesOf = (asked: Cluster, node = "n1"): readonly SubjectClass[] =>
  nodeProgram(compile(asked), node, livePods(asked.pods)).classes;
const subjects = (classes: readonly SubjectClass[]): string[] =>
  classes.map((each) => each.subjects.map((subject) => subject.pod).join(" ")).sort();

test("pods of one node that the same policies isolate, to the same effect, share a class", () => {
  expect(subjects(classesOf(cluster([byName], { pods })))).toEqual(["shop/a shop/b", "shop/c"]);
  expect(subjects(classesOf(cluster([byName], { pods }), "n2"))).toEqual(["shop/d"]);
});

test("each direction has classes of its own", () => {
  const both = policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
  const classes = classesOf(cluster([both], { pods }));
  expect(classes.map(({ direction }) => direction).sort()).toEqual(["egress", "ingress"]);
  expect(new Set(classes.map(({ id }) => id)).size).toBe(2);
});

test("a class keeps its id while its policies' rules change, and while pods come and go", () => {
  const closed = policy({ podSelector: {} });
  const open = policy({ podSelector: {}, ingress: [{}] });
  const ids = [cluster([closed], { pods }), cluster([open], { pods: pods.slice(0, 1) })].map((asked) =>
    classesOf(asked).map(({ id }) => id),
  );
  expect(ids[0]).toEqual(ids[1]);
});

test("it holds the groups that its own classes name, and no others", () => {
  const peers = (app: string) => ({ ingress: [{ from: [{ podSelector: { matchLabels: { app } } }] }] });
  const asked = cluster(
    [
      policy({ podSelector: {}, ...peers("one") }, "all"),
      { namespace: "bank", name: "other", spec: { podSelector: {}, ...peers("two") } },
    ],
    { pods },
  );
  const { groups } = nodeProgram(compile(asked), "n1", livePods(pods));
  expect([...groups.values()].map(({ selector }) => selector.namespaces)).toEqual([
    { kind: "named", name: "shop" },
  ]);
});

test("pods of unknown address are in no class", () => {
  const written = { ...twin("w", 80), addresses: "unknown" as const };
  expect(subjects(classesOf(cluster([byName], { pods: [...pods, written] })))).toEqual([
    "shop/a shop/b",
    "shop/c",
  ]);
});

test("what ingress names mean splits classes of ingress only", () => {
  const both = policy({
    podSelector: {},
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ ports: [{ port: "http" }] }],
  });
  const classes = classesOf(cluster([both], { pods }));
  expect(classes.map(({ direction }) => direction).sort()).toEqual(["egress", "ingress", "ingress"]);
});

test("a class keeps its id whatever the order of the names that its rules ask for", () => {
  const rules = [{ ports: [{ port: "http" }] }, { ports: [{ port: "dns" }] }];
  const named = pods.map((each, i) => ({
    ...each,
    ports: [...each.ports, { name: "dns", protocol: "TCP" as const, port: 53 + i }],
  }));
  const ids = [rules, rules.toReversed()].map((ingress) =>
    classesOf(cluster([policy({ podSelector: {}, ingress })], { pods: named })).map(({ id }) => id),
  );
  expect(ids[0]).toEqual(ids[1]);
  expect(ids[0]).toEqual(ids[0]?.toSorted());
});

test("order of pods does not matter: subjects are sorted", () => {
  const many = ["e", "c", "a", "d", "b"].map((name) => twin(name, 80));
  const [one, other] = [many, many.toReversed()].map((each) => classesOf(cluster([byName], { pods: each })));
  expect(one).toEqual(other);
  expect(subjects(one ?? [])).toEqual(["shop/a shop/b shop/c shop/d shop/e"]);
});
