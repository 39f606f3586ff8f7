import * as fc from "fast-check";
import { it } from "vitest";
import type { IntentOutcome } from "../../src/analysis/intents/intent-report.ts";
import { type Family, families } from "../../src/core/address.ts";
import type { Pod } from "../../src/core/cluster.ts";
import { type Cluster, compile } from "../../src/core/compile.ts";
import { livePods } from "../../src/core/live-pods.ts";
import type { LabelSelector, LabelSelectorRequirement } from "../../src/core/selector.ts";
import type { Flow, Protocol } from "../../src/core/traffic.ts";
import { checkIntent } from "../../src/library/intents/check-intent.ts";
import type { Intent } from "../../src/library/intents/intent.ts";
import { selectorArbitrary } from "../support/arbitrary/labels.ts";
import { namespaceName } from "../support/arbitrary/pods.ts";
import { asManifests } from "../support/as-manifests.ts";
import { addressAtoms, flowAtoms } from "../support/atoms.ts";
import { type Bits, bitsOf, bitsOfAddress, isInCidr } from "../support/bits.ts";
import { clusterArbitrary, writtenClusterArbitrary } from "../support/cluster-arbitrary.ts";
import { manifests } from "../support/manifests.ts";
import { type NaiveVerdict, naiveVerdicts } from "../support/naive-evaluator.ts";
import type { NaiveEnd } from "../support/naive/ends.ts";
import { selects } from "../support/naive/selects.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";
import { askedPath, scale } from "../support/search-settings.ts";

/** Whom an end of an intent means: its text, and naively everybody of whom it is true. */
type EndShape =
  | { readonly kind: "pod"; readonly pick: number }
  | { readonly kind: "selected"; readonly namespace: string | LabelSelector; readonly pods: LabelSelector }
  | { readonly kind: "block"; readonly cidr: string }
  | { readonly kind: "world" };

const endArbitrary: fc.Arbitrary<EndShape> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("pod" as const), pick: fc.nat(8) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("selected" as const),
      namespace: fc.oneof(
        { weight: 2, arbitrary: namespaceName },
        { weight: 1, arbitrary: selectorArbitrary },
      ),
      pods: fc.oneof(fc.constant({}), selectorArbitrary),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("block" as const),
      cidr: fc.constantFrom("10.0.0.0/8", "10.0.0.0/30", "203.0.113.0/24", "fd00::/16", "10.0.1.7/32"),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "world" as const }) },
);

const portArbitrary = fc.oneof(
  fc.record({
    port: fc.constantFrom(1, 80, 81, 443, 8080, 65_535),
    protocol: fc.constantFrom("TCP", "UDP", "SCTP"),
  }),
  fc.record({ port: fc.constantFrom("http", "dns"), protocol: fc.constantFrom("TCP", "UDP", "SCTP") }),
) as fc.Arbitrary<{ readonly port: number | string; readonly protocol: Protocol }>;

const caseArbitrary = fc.record({
  cluster: fc.oneof(clusterArbitrary, writtenClusterArbitrary),
  expect: fc.constantFrom("allow" as const, "deny" as const),
  from: fc.array(endArbitrary, { minLength: 1, maxLength: 2 }),
  to: fc.array(endArbitrary, { minLength: 1, maxLength: 2 }),
  ports: fc.option(fc.array(portArbitrary, { minLength: 1, maxLength: 2 }), { nil: undefined }),
});

type Case = typeof caseArbitrary extends fc.Arbitrary<infer T> ? T : never;

function requirementText({ key, operator, values = [] }: LabelSelectorRequirement): string {
  switch (operator) {
    case "In":
      return `${key} in (${values.join(",")})`;
    case "NotIn":
      return `${key} notin (${values.join(",")})`;
    case "Exists":
      return key;
    case "DoesNotExist":
      return `!${key}`;
  }
}

function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const equalities = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  return `{${[...equalities, ...matchExpressions.map(requirementText)].join(",")}}`;
}

function endText(end: EndShape, { pods }: Cluster): string {
  switch (end.kind) {
    case "pod": {
      const pod = pods[end.pick % pods.length];
      return pod === undefined ? "a/nobody" : `${pod.namespace}/${pod.name}`;
    }
    case "selected": {
      const where = typeof end.namespace === "string" ? end.namespace : selectorText(end.namespace);
      return `${where}/${selectorText(end.pods)}`;
    }
    case "block":
      return end.cidr;
    case "world":
      return "world";
  }
}

/** A pod, perhaps by one of its addresses alone, or one address of each stretch that nobody has and nothing tells apart. */
type Somebody = { readonly pod: Pod; readonly at?: Bits } | { readonly bits: Bits };

interface World {
  readonly cluster: Cluster;
  readonly atoms: Readonly<Record<Family, readonly Bits[]>>;
}

const hasAddress = ({ addresses }: Pod, isMeant: (bits: Bits) => boolean): boolean =>
  addresses !== "unknown" && addresses.some((each) => isMeant(bitsOfAddress(each)));

function meant(end: EndShape, { cluster, atoms }: World): Somebody[] {
  const { pods, namespaces } = cluster;
  const free = families
    .flatMap((family) => atoms[family])
    .filter((bits) => !pods.some((pod) => hasAddress(pod, (each) => each === bits)));
  switch (end.kind) {
    case "pod":
      return pods.length === 0 ? [] : [pods[end.pick % pods.length]].flatMap((pod) => (pod ? [{ pod }] : []));
    case "selected":
      return pods.flatMap((pod) => {
        const labels = namespaces.find(({ name }) => name === pod.namespace)?.labels;
        const isThere =
          typeof end.namespace === "string"
            ? end.namespace === pod.namespace
            : labels === undefined
              ? selectorText(end.namespace) === "{}"
              : selects(end.namespace, labels);
        return isThere && selects(end.pods, pod.labels) ? [{ pod }] : [];
      });
    case "block": {
      const isMeant = (bits: Bits): boolean => isInCidr(bits, end.cidr);
      return [
        ...pods.flatMap((pod) =>
          (pod.addresses === "unknown" ? [] : pod.addresses)
            .map(bitsOfAddress)
            .filter(isMeant)
            .map((at) => ({ pod, at })),
        ),
        ...free.filter(isMeant).map((bits) => ({ bits })),
      ];
    }
    case "world":
      return free.map((bits) => ({ bits }));
  }
}

function naiveEnd(somebody: Somebody, family: Family, { atoms }: World): NaiveEnd {
  const width = family === "IPv4" ? 32 : 128;
  if ("bits" in somebody) return { candidates: somebody.bits.length === width ? [somebody.bits] : [] };
  const { pod, at } = somebody;
  if (at !== undefined) return { pod, candidates: at.length === width ? [at] : [] };
  if (pod.addresses === "unknown") return { pod, candidates: atoms[family] };
  return { pod, candidates: pod.addresses.map(bitsOfAddress).filter((bits) => bits.length === width) };
}

/** Nobody asks whether a pod reaches itself, and no policy speaks of two addresses outside. */
const isPair = (a: Somebody, b: Somebody): boolean => {
  if ("pod" in a) return !("pod" in b) || a.pod !== b.pod;
  return "pod" in b;
};

/** What the intent comes to, pair by pair, flow by flow, without a thought for speed. */
function naiveOutcome(each: Case, world: World): IntentOutcome {
  const { cluster } = world;
  const ends = [...each.from, ...each.to].map((end) => meant(end, world));
  if (ends.some((all) => all.length === 0)) return "empty";
  const [sources, destinations] = [ends.slice(0, each.from.length), ends.slice(each.from.length)];
  const wanted: NaiveVerdict = each.expect === "allow" ? "allowed" : "denied";
  const found: NaiveVerdict[] = [];
  let pairs = 0;
  for (const from of sources.flat()) {
    for (const to of destinations.flat()) {
      if (!isPair(from, to)) continue;
      const byFamily = families
        .map((family) => ({ from: naiveEnd(from, family, world), to: naiveEnd(to, family, world) }))
        .filter((pair) => pair.from.candidates.length > 0 && pair.to.candidates.length > 0);
      if (byFamily.length === 0) continue;
      pairs += 1;
      const flows =
        each.ports?.flatMap(({ port, protocol }): Flow[] => {
          if (typeof port === "number") return [{ protocol, port }];
          const named = "pod" in to ? to.pod.ports : [];
          const first = named.find((own) => own.name === port && own.protocol === protocol);
          // A name that the destination has not is nothing that could be allowed.
          if (first === undefined && each.expect === "allow") found.push("denied");
          return first === undefined ? [] : [{ protocol, port: first.port }];
        }) ?? flowAtoms(cluster).filter(({ protocol }) => protocol !== "other");
      const verdicts = byFamily.map((pair) => naiveVerdicts(cluster, pair.from, pair.to, flows));
      for (const [i] of flows.entries()) {
        const all = new Set(verdicts.map((family) => family[i]));
        found.push(all.has("allowed") ? "allowed" : all.has("depends") ? "depends" : "denied");
      }
    }
  }
  if (pairs === 0) return "empty";
  const against = found.filter((verdict) => verdict !== wanted);
  if (against.length === 0) return "holds";
  return against.every((verdict) => verdict === "depends") ? "depends" : "fails";
}

it(
  "an intent comes to what every pair and port of it comes to, one by one",
  () => {
    const seen = new Map<IntentOutcome, number>();
    search("intents", { cases: caseArbitrary, inTest: 1500 }, (each) => {
      const cluster: Cluster = { ...each.cluster, pods: livePods(each.cluster.pods) };
      const atoms = { IPv4: addressAtoms(cluster, [], 32), IPv6: addressAtoms(cluster, [], 128) };
      const text = (ends: readonly EndShape[]): string[] => ends.map((end) => endText(end, cluster));
      const intent: Intent = {
        expect: each.expect,
        from: text(each.from),
        to: text(each.to),
        ...(each.ports && { ports: each.ports.map(({ port, protocol }) => `${port}/${protocol}`) }),
        because: "it is looked for",
        namespace: "a",
      };
      const result = checkIntent(intent, { cluster: asManifests(cluster, []), program: compile(cluster) });
      const cut = { IPv4: withBlocks(atoms.IPv4, 32), IPv6: withBlocks(atoms.IPv6, 128) };
      const naive = naiveOutcome(each, { cluster, atoms: cut });
      if ("kind" in result || result.outcome !== naive)
        throw new Error(
          `${JSON.stringify(intent)}: ${JSON.stringify(result)}, naively ${naive}\n${manifests(cluster)}`,
        );
      seen.set(naive, (seen.get(naive) ?? 0) + 1);
      return result.pairs;
    });
    if (askedPath === undefined && scale >= 1)
      for (const outcome of ["holds", "fails", "depends", "empty"] as const)
        if (!seen.has(outcome)) throw new Error(`no intent ${outcome}: the search asks nothing`);
  },
  SEARCH_TIMEOUT,
);

/** The stretches, cut once more where the blocks that intents name begin and end. */
function withBlocks(atoms: readonly Bits[], width: number): Bits[] {
  const starts = [
    "10.0.0.0",
    "10.0.0.4",
    "11.0.0.0",
    "203.0.113.0",
    "203.0.114.0",
    "fd00::",
    "fd01::",
    "10.0.1.7",
    "10.0.1.8",
  ];
  return [...new Set([...atoms, ...starts.map(bitsOf).filter((bits) => bits.length === width)])].sort();
}
