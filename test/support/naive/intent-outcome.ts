import type { IntentOutcome } from "../../../src/analysis/intents/intent-report.ts";
import { type Family, families } from "../../../src/core/address.ts";
import type { Pod } from "../../../src/core/cluster.ts";
import { type Cluster } from "../../../src/core/compile.ts";
import type { Flow } from "../../../src/core/traffic.ts";
import type { Service } from "../../../src/kube/schema/service.ts";
import { flowAtoms } from "../atoms.ts";
import { type Bits, bitsOfAddress, isInCidr } from "../bits.ts";
import { type NaiveVerdict, isIsolated, naiveVerdicts } from "../naive-evaluator.ts";
import type { NaiveEnd } from "./ends.ts";
import { naiveServicePort, naiveTargets } from "./services.ts";
import { selects } from "./selects.ts";
import { type EndShape, type IntentCase, selectorText, serviceOf } from "../arbitrary/intents.ts";

/** A pod, perhaps by one of its addresses alone, or one address of each stretch that nobody has and nothing tells apart. */
type Somebody = { readonly pod: Pod; readonly at?: Bits } | { readonly bits: Bits };

export interface World {
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
    case "service":
      return [];
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

/** What becomes of each flow between two; `undefined` where they speak no family in common. */
function verdictsOn(
  from: Somebody,
  to: Somebody,
  flows: readonly Flow[],
  world: World,
): NaiveVerdict[] | undefined {
  const ends = families.map((family) => ({
    from: naiveEnd(from, family, world),
    to: naiveEnd(to, family, world),
  }));
  const shared = ends.filter((pair) => pair.from.candidates.length > 0 && pair.to.candidates.length > 0);
  if (shared.length === 0) return undefined;
  const isolated =
    ("pod" in from && isIsolated(world.cluster, from.pod, "egress")) ||
    ("pod" in to && isIsolated(world.cluster, to.pod, "ingress"));
  return bestOf(shared, flows, world).map((verdict, i) =>
    // Kubernetes says nothing of other protocols.
    flows[i]?.protocol === "other" && isolated ? "depends" : verdict,
  );
}

/** Over whichever family serves best. */
function bestOf(
  pairs: readonly { readonly from: NaiveEnd; readonly to: NaiveEnd }[],
  flows: readonly Flow[],
  { cluster }: World,
): NaiveVerdict[] {
  const verdicts = pairs.map((pair) => naiveVerdicts(cluster, pair.from, pair.to, flows));
  return flows.map((_, i) => {
    const all = new Set(verdicts.map((family) => family[i]));
    return all.has("allowed") ? "allowed" : all.has("depends") ? "depends" : "denied";
  });
}

/** To a pod behind a Service: whoever is outside may come with the address of some node. */
function throughService(
  from: Somebody,
  { pod, flow }: { readonly pod: Pod; readonly flow: Flow },
  service: Service,
  world: World,
): NaiveVerdict | undefined {
  const [own] = verdictsOn(from, { pod }, [flow], world) ?? [];
  const isKept = service.type !== "ClusterIP" && service.externalTrafficPolicy === "Local";
  if (own === undefined || "pod" in from || isKept) return own;
  const asNode = families.map((family) => ({
    from: { node: { name: undefined }, candidates: world.atoms[family] },
    to: naiveEnd({ pod }, family, world),
  }));
  const spoken = asNode.filter(({ to }) => to.candidates.length > 0);
  return bestOf(spoken, [flow], world)[0] === own ? own : "depends";
}

interface Found {
  /** Of each pair, on each port. */
  readonly verdicts: readonly NaiveVerdict[];
  readonly pairs: number;
}

/** What comes of one end that is a Service; `bad` where it is asked for a port that it has not. */
function toService(
  service: Service,
  sources: readonly Somebody[],
  { ports, expect }: IntentCase,
  world: World,
): Found | "bad" {
  const verdicts: NaiveVerdict[] = [];
  let pairs = 0;
  for (const asked of ports ?? service.ports) {
    const port = asked === "icmp" ? undefined : naiveServicePort(service, asked);
    if (port === undefined) return "bad";
    const targets = naiveTargets(service, port, world.cluster.pods);
    if (targets === undefined) verdicts.push("depends");
    else if (targets.length === 0 && expect === "allow") verdicts.push("denied");
    for (const from of sources) {
      for (const target of (targets ?? []).filter(({ pod }) => isPair(from, { pod }))) {
        const verdict = throughService(from, target, service, world);
        if (verdict === undefined) continue;
        pairs += 1;
        verdicts.push(verdict);
      }
    }
  }
  return { verdicts, pairs };
}

function toSomebody(from: Somebody, to: Somebody, { ports, expect }: IntentCase, world: World): Found {
  const missing: NaiveVerdict[] = [];
  const flows =
    ports?.flatMap((asked): Flow[] => {
      if (asked === "icmp") return [{ protocol: "other" }];
      const { port, protocol } = asked;
      if (typeof port === "number") return [{ protocol, port }];
      const named = "pod" in to ? to.pod.ports : [];
      const first = named.find((own) => own.name === port && own.protocol === protocol);
      // A name that the destination has not is nothing that could be allowed.
      if (first === undefined && expect === "allow") missing.push("denied");
      return first === undefined ? [] : [{ protocol, port: first.port }];
    }) ?? flowAtoms(world.cluster).filter(({ protocol }) => protocol !== "other");
  const verdicts = verdictsOn(from, to, flows, world);
  return verdicts === undefined
    ? { verdicts: [], pairs: 0 }
    : { verdicts: [...verdicts, ...missing], pairs: 1 };
}

/** What the intent comes to, pair by pair, flow by flow, without a thought for speed. */
export function naiveOutcome(each: IntentCase, world: World): IntentOutcome | "bad" {
  const isService = (end: EndShape): boolean => end.kind === "service";
  const ends = [...each.from, ...each.to].map((end) => meant(end, world));
  if ([...each.from, ...each.to].some((end, i) => !isService(end) && ends[i]?.length === 0)) return "empty";
  const [sources, destinations] = [
    ends.slice(0, each.from.length).flat(),
    ends.slice(each.from.length).flat(),
  ];
  const pods = sources.flatMap((from) =>
    destinations.filter((to) => isPair(from, to)).map((to) => toSomebody(from, to, each, world)),
  );
  const services = each.to.map((end) =>
    end.kind === "service" ? toService(serviceOf(end.pick, each.services), sources, each, world) : "none",
  );
  if (services.includes("bad")) return "bad";
  const found = [...pods, ...services.filter((one) => typeof one !== "string")];
  const wanted: NaiveVerdict = each.expect === "allow" ? "allowed" : "denied";
  const against = found.flatMap(({ verdicts }) => verdicts).filter((verdict) => verdict !== wanted);
  if (against.length === 0) return found.every(({ pairs }) => pairs === 0) ? "empty" : "holds";
  return against.every((verdict) => verdict === "depends") ? "depends" : "fails";
}
