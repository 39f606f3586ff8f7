/* Explanations are held against the judge that answers, and suggestions against what becomes of everybody. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { carefulCan } from "../../src/analysis/careful-can.ts";
import { explain } from "../../src/analysis/explain/explain.ts";
import { explainAllPorts } from "../../src/analysis/explain/explain-all-ports.ts";
import { explainConnection } from "../../src/analysis/explain/explain-connection.ts";
import type { ExplainInput } from "../../src/analysis/explain/explain-input.ts";
import { explanationJson } from "../../src/analysis/explain/explanation-json.ts";
import type {
  ConnectionExplanation,
  ExplainedPair,
  RuleExplanation,
  SideExplanation,
} from "../../src/analysis/explain/explanation.ts";
import { iptablesWords } from "../../src/analysis/explain/netfilter/iptables-words.ts";
import { kernelWalks } from "../../src/analysis/explain/netfilter/kernel-walks.ts";
import { nftablesWords } from "../../src/analysis/explain/netfilter/nftables-words.ts";
import { applySuggestion } from "../../src/analysis/explain/suggest/apply-suggestion.ts";
import { peersFor } from "../../src/analysis/explain/suggest/peers-for.ts";
import { explanationText } from "../../src/analysis/explain/text/explanation-text.ts";
import { plain } from "../../src/analysis/finding/paint.ts";
import { type Party, destinationOf } from "../../src/analysis/party.ts";
import { families, parseAddress } from "../../src/core/address.ts";
import { addressBook } from "../../src/core/address-book.ts";
import { type Pod, keyOf } from "../../src/core/cluster.ts";
import { type Cluster, compile } from "../../src/core/compile.ts";
import { podEnd, speaks } from "../../src/core/end.ts";
import { type Side, evaluate, judge, verdictFor } from "../../src/core/evaluate.ts";
import { livePods } from "../../src/core/live-pods.ts";
import { type NearestRule, nearestRule } from "../../src/core/nearest-rule.ts";
import type { NetworkPolicy, NetworkPolicySpec } from "../../src/core/network-policy.ts";
import { nodeProgram } from "../../src/core/node-program.ts";
import { ruleIdText } from "../../src/core/policy.ts";
import type { Program } from "../../src/core/program.ts";
import { matches, selector } from "../../src/core/selector.ts";
import {
  type Flow,
  type Traffic,
  isNoTraffic,
  isTrafficSubset,
  portRange,
  subtractTraffic,
  trafficOf,
} from "../../src/core/traffic.ts";
import { plainHost } from "../../src/render/host.ts";
import { snapshotYaml } from "../../src/kube/snapshot/snapshot-yaml.ts";
import { nodes } from "../support/arbitrary/addresses.ts";
import { flowAtoms } from "../support/atoms.ts";
import { clusterArbitrary, writtenClusterArbitrary } from "../support/cluster-arbitrary.ts";
import { manifests } from "../support/manifests.ts";
import { must } from "../support/must.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";

const isObject = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === "object" && value !== null;

/** Throws where a policy has no field at the path. */
function fieldAt(policy: NetworkPolicy, path: readonly (string | number)[]): void {
  let at: unknown = policy;
  for (const step of path) {
    if (!isObject(at) || at[step] === undefined) throw new Error(`${keyOf(policy)} has no ${path.join(".")}`);
    at = at[step];
  }
}

function inputOf({ namespaces, pods, policies }: Cluster, program: Program): ExplainInput {
  return {
    program,
    namespaces: new Map(namespaces.map((each) => [each.name, each])),
    pods: livePods(pods),
    policies: new Map(
      policies.map((policy) => [
        keyOf(policy),
        {
          object: `NetworkPolicy ${keyOf(policy)}`,
          policy,
          locate: (path) => ({ field: path.join(".") }),
        },
      ]),
    ),
  };
}

const podParty = (pod: Pod, several = false): Party => ({
  name: keyOf(pod),
  end: podEnd(pod),
  several,
  ...(pod.hostNetwork && { hostPod: pod }),
});

function partiesOf({ pods }: Cluster): Party[] {
  const live = livePods(pods);
  const book = addressBook(live, nodes);
  const strangers = ["203.0.113.9", "2001:db8::9", "10.0.0.77"].map((text): Party => {
    const address = must(parseAddress(text));
    return { name: text, end: book(address), several: false };
  });
  const hosts = pods.filter(({ hostNetwork, finished }) => hostNetwork && !finished);
  return [
    ...live.map((pod, i) => podParty(pod, i === 0)),
    ...hosts.map((pod) => podParty(pod)),
    ...nodes.map(({ name, addresses }): Party => ({
      name: `node ${name}`,
      end: { kind: "node", name, addresses },
      several: false,
    })),
    ...strangers,
  ];
}

interface Case {
  readonly cluster: Cluster;
  /** Which flows of the many that the cluster tells apart. */
  readonly pick: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  cluster: fc.oneof(clusterArbitrary, writtenClusterArbitrary),
  pick: fc.nat({ max: 1000 }),
});

function flowsOf(cluster: Cluster, pick: number): Flow[] {
  const all = flowAtoms(cluster);
  return [all[pick % all.length], all[(pick * 7) % all.length]].filter((flow) => flow !== undefined);
}

function checkRule(rule: RuleExplanation, policy: NetworkPolicy): void {
  const { verdict, peer, port, opens } = rule;
  for (const miss of [peer, port]) if (miss !== undefined) fieldAt(policy, miss.path);
  if (verdict === "allowed") expect([peer, port]).toEqual([undefined, undefined]);
  if (verdict === "depends") expect(port).toBeUndefined();
  if (verdict === "denied") expect(peer ?? port).toBeDefined();
  // What lets something pass names the peer, or may: an address that nobody knows is no distance away.
  if (!isNoTraffic(opens)) expect(peer?.distance ?? 0).toBe(0);
}

function checkSide(
  side: SideExplanation,
  connection: ConnectionExplanation,
  program: Program,
  input: ExplainInput,
): void {
  const { pair, family } = connection;
  const to = destinationOf(pair.from, pair.to);
  const judged = judge(program, pair.from.end, to, family)[side.direction];
  expect(side.verdict).toBe(verdictFor(judged, pair.flow));
  expect(side.policies.map(({ policy }) => policy)).toEqual(judged.isolatedBy);
  expect(side.policies.flatMap(({ rules }) => rules.map(({ id }) => id))).toEqual(
    judged.rules.map(({ rule }) => rule),
  );
  for (const { policy, rules } of side.policies)
    for (const rule of rules) checkRule(rule, must(input.policies.get(policy)).policy);
  if (side.verdict !== "denied") return;
  if (judged.rules.length > 0) expect(side.nearest).toBeDefined();
  checkAgreement(side, judged, nearestRule(program, judged, { destination: to, flow: pair.flow }));
}

const lackOf = ({ peer, port }: RuleExplanation): number => (peer?.distance ?? 0) + (port?.distance ?? 0);

/** A denial names the same rule, or one of its sort that is no nearer: it does not know what was written. */
function checkAgreement(side: SideExplanation, judged: Side, denied: NearestRule | undefined): void {
  if (denied === undefined) return;
  const told = must(side.nearest);
  const named = must(judged.rules.find(({ rule }) => ruleIdText(rule) === ruleIdText(told.id))).names;
  expect(named === "no" ? "peer" : "port").toBe(denied.lacks);
  expect(told.peer === undefined).toBe(named === "yes");
  if (named === "no") expect(told.port).toBeUndefined();
  if (ruleIdText(told.id) === ruleIdText(denied.rule)) return;
  const all = side.policies.flatMap(({ rules }) => rules);
  const other = must(all.find(({ id }) => ruleIdText(id) === ruleIdText(denied.rule)));
  expect(lackOf(told)).toBeLessThan(lackOf(other));
}

function explained(input: ExplainInput, pair: ExplainedPair): ConnectionExplanation {
  return explainConnection(input, pair, carefulCan(input.program, pair));
}

const text = (input: ExplainInput, pair: ExplainedPair): string => {
  const answer = carefulCan(input.program, pair);
  const explanation = explain(input, { ...answer, parts: [{ pair, answer }] });
  JSON.stringify(explanationJson(explanation, { from: "a", to: "b", incomplete: [] }));
  const walks = kernelWalks(input, must(explanation.groups[0]).connection);
  const options = { texts: () => undefined, paint: plain, yaml: snapshotYaml, limit: 4 };
  const groups = explanation.groups.map((group) => ({ ...group, walks }));
  return explanationText({ ...explanation, groups }, { from: "a", to: "b" }, options);
};

describe("explanations", () => {
  it(
    "say of every pair what evaluate says, and of every rule what the judge makes of it",
    () => {
      search("explain", { cases, inTest: 60 }, ({ cluster, pick }) => {
        const program = compile(cluster);
        const input = inputOf(cluster, program);
        const parties = partiesOf(cluster);
        let verdicts = 0;
        for (const flow of flowsOf(cluster, pick)) {
          for (const from of parties) {
            for (const to of parties) {
              const pair: ExplainedPair = { from, to, flow, source: "its own" };
              try {
                const connection = explained(input, pair);
                const destination = destinationOf(from, to);
                const shared = families.filter((each) => speaks(from.end, each) && speaks(destination, each));
                expect(connection.families).toEqual(
                  shared.map((family) => ({
                    family,
                    verdict: evaluate(program, { source: from.end, destination, family, flow }),
                  })),
                );
                for (const side of [connection.egress, connection.ingress])
                  checkSide(side, connection, program, input);
                verdicts += 1;
              } catch (error) {
                const words = error instanceof Error ? error.message : String(error);
                throw new Error(
                  `${from.name} -> ${to.name} ${JSON.stringify(flow)}: ${words}\n${manifests(cluster)}`,
                  { cause: error },
                );
              }
            }
          }
        }
        return verdicts;
      });
    },
    SEARCH_TIMEOUT,
  );

  const backends = [
    { words: iptablesWords, host: plainHost },
    { words: nftablesWords, host: plainHost },
  ] as const;

  it.each(backends)(
    "lead through the very rules of the enforcer to the one that decides ($words.table)",
    (view) => {
      search(`explain, kernel, ${view.words.table}`, { cases: clusterArbitrary, inTest: 30 }, (cluster) => {
        const program = compile(cluster);
        const input = inputOf(cluster, program);
        const rulesets = new Map(
          nodes.map(({ name }) => [
            name,
            view.words.render(nodeProgram(program, name, livePods(cluster.pods)), view.host),
          ]),
        );
        const flow: Flow = { protocol: "TCP", port: 80 };
        const parties = partiesOf(cluster);
        const pairs = parties.flatMap((from) => parties.map((to) => [from, to] as const));
        let walked = 0;
        for (const [from, to] of pairs.filter((_, i) => i % 3 === 0)) {
          const connection = explained(input, { from, to, flow, source: "its own" });
          for (const { direction, family, node, lines, sets } of kernelWalks(input, connection, view)) {
            const ruleset = must(rulesets.get(must(node)))[family];
            for (const { chain, rule } of lines) expect(ruleset.chains.get(chain)).toContain(rule);
            for (const { name, size } of sets) expect(ruleset.sets.get(name)?.entries.size).toBe(size);
            const { verdict } = connection[direction];
            const does = lines.map((line) => line.does);
            expect(does.slice(0, 2)).toEqual(["leads", "leads"]);
            expect(does.includes("allows")).toBe(verdict !== "denied");
            expect(does.at(-1) === "drops").toBe(verdict !== "allowed");
            walked += 1;
          }
        }
        return walked;
      });
    },
    SEARCH_TIMEOUT,
  );

  it(
    "are written without fail, and in 100 columns but for what is to be copied",
    () => {
      search("explain, text", { cases, inTest: 40 }, ({ cluster, pick }) => {
        const program = compile(cluster);
        const input = inputOf(cluster, program);
        const parties = partiesOf(cluster);
        const [flow = { protocol: "other" }] = flowsOf(cluster, pick);
        const from = must(parties[pick % parties.length]);
        for (const to of parties) {
          const lines = text(input, { from, to, flow, source: "masqueraded" }).split("\n");
          expect(lines.filter((line) => line.length > 100)).toEqual([]);
          explainAllPorts(input, [[from, to]]);
        }
        return parties.length;
      });
    },
    SEARCH_TIMEOUT,
  );
});

/** Every namespace has its name as a label, as the API server sees to. */
const named = ({ namespaces, pods, policies }: Cluster): Cluster => {
  const labels = new Map(namespaces.map((each) => [each.name, each.labels]));
  const names = new Set([...labels.keys(), ...[...pods, ...policies].map(({ namespace }) => namespace)]);
  return {
    namespaces: [...names].map((name) => ({
      name,
      labels: { ...labels.get(name), "kubernetes.io/metadata.name": name },
    })),
    pods,
    policies,
  };
};

interface Opened {
  readonly from: Pod;
  readonly to: Pod;
  readonly traffic: Traffic;
}

/** What passes after and not before; throws where something passes no more. */
function opened(before: Program, after: Program, pods: readonly Pod[]): Opened[] {
  return pods.flatMap((from) =>
    pods.flatMap((to) => {
      const news = families.map((family) => {
        const [was, is] = [before, after].map((program) => judge(program, podEnd(from), podEnd(to), family));
        if (was === undefined || is === undefined) throw new Error("two programs");
        for (const bound of ["certain", "possible"] as const)
          if (!isTrafficSubset(was[bound], is[bound]))
            throw new Error(`${keyOf(from)} -> ${keyOf(to)} closes`);
        return {
          certain: subtractTraffic(is.certain, was.certain),
          possible: subtractTraffic(is.possible, was.possible),
        };
      });
      const all = news
        .flatMap(({ certain, possible }) => [certain, possible])
        .filter((each) => !isNoTraffic(each));
      return all.map((traffic) => ({ from, to, traffic }));
    }),
  );
}

const isEqualTo = (pod: Pod, wanted: Party): boolean =>
  wanted.end.kind === "pod" &&
  pod.namespace === wanted.end.pod.namespace &&
  peersFor(wanted, pod.namespace).every(({ podSelector = {} }) => matches(selector(podSelector), pod.labels));

function checkSuggestion(cluster: Cluster, input: ExplainInput, pair: ExplainedPair): number {
  const answer = carefulCan(input.program, pair);
  const { flow } = pair;
  const { groups } = explain(input, { ...answer, parts: [{ pair, answer }] });
  const { suggestions, connection } = must(groups[0]);
  const isOffered = answer.verdict !== "allowed" && connection.families.length > 0;
  const isPods = pair.from.end.kind === "pod" && pair.to.end.kind === "pod";
  if (isOffered && isPods) expect(suggestions.length).toBeGreaterThan(0);
  if (suggestions.length === 0 || flow.protocol === "other") return 0;
  const policies = suggestions.reduce<readonly NetworkPolicy[]>(applySuggestion, cluster.policies);
  const after = compile({ ...cluster, policies });
  expect(carefulCan(after, pair).verdict).toBe("allowed");
  const news = opened(input.program, after, input.pods);
  const only = trafficOf(flow.protocol, [portRange(flow.port, flow.port)]);
  for (const { from, to, traffic } of news) {
    const where = `${keyOf(from)} -> ${keyOf(to)}`;
    if (!isTrafficSubset(traffic, only)) throw new Error(`${where} opens more than the port`);
    // One of the changes speaks of this pair: where it names its peer itself, by the very labels of who was asked about.
    const isMeant = suggestions.some((suggestion) => {
      if (suggestion.kind === "add port") return true;
      const [peer, wanted] = suggestion.direction === "egress" ? [to, pair.to] : [from, pair.from];
      if (wanted.end.kind !== "pod") return true;
      const [subject, own] = suggestion.direction === "egress" ? [from, pair.from] : [to, pair.to];
      return isEqualTo(peer, wanted) && (suggestion.kind === "add rule" || isEqualTo(subject, own));
    });
    if (!isMeant) throw new Error(`${where} opens, and is nobody's equal`);
  }
  // A block may hold addresses that nobody knows yet: it covers more than can be counted.
  if (!isPods) return suggestions.length;
  const covered = suggestions.map(({ covers }) => covers ?? Number.POSITIVE_INFINITY).reduce((a, b) => a + b);
  const counted = new Set(news.map(({ from, to }) => `${keyOf(from)} ${keyOf(to)}`)).size;
  expect(counted).toBeLessThanOrEqual(covered);
  return suggestions.length;
}

describe("suggestions", () => {
  it(
    "turn the answer into a yes, close nothing, and open this port between equals only",
    () => {
      let tried = 0;
      search("suggest", { cases, inTest: 60 }, ({ cluster: any, pick }) => {
        const cluster = named(any);
        const program = compile(cluster);
        const input = inputOf(cluster, program);
        const parties = partiesOf(cluster);
        const flows = flowsOf(cluster, pick).filter(({ protocol }) => protocol !== "other");
        const pairs = flows.flatMap((flow) =>
          parties.flatMap((from) =>
            parties.map((to): ExplainedPair => ({ from, to, flow, source: "its own" })),
          ),
        );
        let suggestions = 0;
        for (const pair of pairs.filter((_, i) => (i + pick) % 5 === 0)) {
          try {
            suggestions += checkSuggestion(cluster, input, pair);
          } catch (error) {
            const words = error instanceof Error ? error.message : String(error);
            const asked = `${pair.from.name} -> ${pair.to.name} ${JSON.stringify(pair.flow)}`;
            throw new Error(`${asked}: ${words}\n${manifests(cluster)}`, { cause: error });
          }
        }
        tried += suggestions;
        return suggestions;
      });
      expect(tried).toBeGreaterThan(0);
    },
    SEARCH_TIMEOUT,
  );

  it("widens a rule by a port where that opens no more than a rule of its own would", () => {
    const labelled = (name: string): Pod => ({
      namespace: "a",
      name,
      labels: { app: name },
      addresses: "unknown",
      ports: [],
      hostNetwork: false,
      finished: false,
      createdAt: 0,
    });
    const spec: NetworkPolicySpec = {
      podSelector: { matchLabels: { app: "api" } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app: "web" } } }], ports: [{ port: 80 }] }],
    };
    const cluster: Cluster = named({
      namespaces: [],
      pods: ["web", "api"].map(labelled),
      policies: [{ namespace: "a", name: "api", spec }],
    });
    const input = inputOf(cluster, compile(cluster));
    const [from, to] = cluster.pods.map((pod) => podParty(pod));
    const pair: ExplainedPair = {
      from: must(from),
      to: must(to),
      flow: { protocol: "UDP", port: 53 },
      source: "its own",
    };
    const answer = carefulCan(input.program, pair);
    const [group] = explain(input, { ...answer, parts: [{ pair, answer }] }).groups;
    expect(group?.suggestions).toMatchObject([
      { kind: "add port", policy: "a/api", index: 0, port: { protocol: "UDP", port: 53 }, covers: 1 },
    ]);
  });
});
