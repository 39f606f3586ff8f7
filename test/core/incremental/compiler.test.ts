/* What a long search finds at some time, found at once. */
import { describe, expect, test } from "vitest";
import { type Cluster, compile } from "../../../src/core/compile.ts";
import { type Compiler, compilerOf } from "../../../src/core/incremental/compiler.ts";
import type { NetworkPolicy, NetworkPolicyPeer } from "../../../src/core/network-policy.ts";
import type { Program } from "../../../src/core/program.ts";
import { clusterArbitrary, writtenClusterArbitrary } from "../../support/cluster-arbitrary.ts";
import { must } from "../../support/must.ts";
import { namespaces, pod, policy } from "../../support/scenario.ts";
import { SEARCH_TIMEOUT, search } from "../../support/search.ts";

const plain = ({ tiers, groups }: Program) => ({
  tiers,
  groups: [...groups].sort(([a], [b]) => (a < b ? -1 : 1)),
});
const compared = (cluster: Cluster): number => {
  expect(plain(compilerOf(cluster).program())).toEqual(plain(compile(cluster)));
  return 1;
};

describe("a compiler that has taken a whole cluster has its program", () => {
  test(
    "where the cluster runs",
    () => search("incremental, taken whole", { cases: clusterArbitrary, inTest: 500 }, compared),
    SEARCH_TIMEOUT,
  );
  test(
    "where it was only written down",
    () => search("incremental, written", { cases: writtenClusterArbitrary, inTest: 500 }, compared),
    SEARCH_TIMEOUT,
  );
});

const from = (name: string, ...peers: NetworkPolicyPeer[]): NetworkPolicy =>
  policy({ podSelector: {}, ingress: [{ from: peers }] }, name);
const web = { podSelector: { matchLabels: { app: "web" } } };
const gold = { namespaceSelector: { matchLabels: { team: "gold" } } };
const labelled = (...apps: string[]) =>
  pod("shop/web", { labels: Object.fromEntries(apps.map((app) => ["app", app])), ips: ["10.0.0.1"] });
const members = (compiler: Compiler): string[][] =>
  [...compiler.program().groups.values()].map((group) => group.members.map((each) => each.pod));

test("a namespace that is deleted takes its pods out of the groups that its labels put them in", () => {
  const compiler = compilerOf({ namespaces: [], pods: [labelled("web")], policies: [from("one", gold)] });
  compiler.setNamespace({ name: "shop", labels: { team: "gold" } });
  expect(members(compiler)).toEqual([["shop/web"]]);
  compiler.deleteNamespace("shop");
  expect(members(compiler)).toEqual([[]]);
});

test("a pod leaves all the groups that came after it", () => {
  const compiler = compilerOf({ namespaces: [], pods: [labelled("web")], policies: [] });
  compiler.setPolicy(from("one", web));
  compiler.setPolicy(
    from("two", { podSelector: { matchExpressions: [{ key: "app", operator: "Exists" }] } }),
  );
  expect(members(compiler)).toEqual([["shop/web"], ["shop/web"]]);
  compiler.setPod(labelled());
  expect(members(compiler)).toEqual([[], []]);
});

test("a policy goes although a pod only nearly matched its peers", () => {
  const both = { podSelector: { matchLabels: { app: "web", tier: "front" } } };
  const compiler = compilerOf({ namespaces: [], pods: [labelled("web")], policies: [from("one", both)] });
  compiler.deletePolicy("shop/one");
  expect(compiler.program().groups.size).toBe(0);
});

test("a namespace's new label that no policy asks for changes no group", () => {
  const shop = must(namespaces.find(({ name }) => name === "shop"));
  const compiler = compilerOf({ namespaces, pods: [labelled("web")], policies: [from("one", web)] });
  const { groups } = compiler.program();
  compiler.setNamespace({ ...shop, labels: { ...shop.labels, color: "blue" } });
  expect(compiler.program().groups).toBe(groups);
});
