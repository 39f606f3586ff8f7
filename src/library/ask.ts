import { type CanAnswer, flowText } from "../analysis/can.ts";
import { type CarefulPair, carefulCan } from "../analysis/careful-can.ts";
import type { Party } from "../analysis/party.ts";
import { families } from "../core/address.ts";
import { speaks } from "../core/end.ts";
import type { Verdict } from "../core/evaluate.ts";
import type { Program } from "../core/program.ts";
import type { Flow } from "../core/traffic.ts";
import type { ManifestCluster } from "../kube/manifest-cluster.ts";
import { keyOf } from "../core/cluster.ts";
import type { BadEnd } from "./end-spec.ts";
import type { AskedEnd } from "./ends.ts";
import type { PortSpec } from "./port-spec.ts";
import { programWith } from "./program-with.ts";
import type { ServicePort } from "../kube/schema/service.ts";
import { servicePort, serviceTargets } from "./service-targets.ts";

/** One of the connections that a question is about, and whether it may be. */
export interface AskedPart {
  readonly pair: CarefulPair & { readonly flow: Flow };
  readonly answer: CanAnswer;
}

/** An answer, and what it is put together from. */
export interface Answer {
  readonly verdict: Verdict;
  /** One sentence, without a full stop; always there but for a plain yes. */
  readonly why?: string;
  /** The Service that was followed, `shop/api:80`. */
  readonly service?: string;
  /** Of that Service's pods those that it leaves out, and why; one sentence, without a full stop. */
  readonly leftOut?: string;
  /** Every pair that was judged; empty where nobody is behind a Service, or nobody knows who. */
  readonly parts: readonly AskedPart[];
}

export interface Question {
  readonly from: AskedEnd;
  readonly to: AskedEnd;
  readonly port: PortSpec;
}

type Pair = AskedPart["pair"];

const bad = (message: string): BadEnd => ({ kind: "bad", message });

/** The port on this destination; a name is looked up among its own ports. */
function flowTo({ name, end, hostPod }: Party, port: PortSpec): Flow | BadEnd {
  if (port.kind === "number") return { protocol: port.protocol, port: port.port };
  if (port.kind === "other") return { protocol: "other" };
  const ports = hostPod?.ports ?? (end.kind === "pod" ? end.pod.ports : []);
  const found = ports.find((each) => each.name === port.name && each.protocol === port.protocol);
  if (found !== undefined) return { protocol: port.protocol, port: found.port };
  return bad(`${name} has no ${port.protocol} port named ${port.name}`);
}

/** Everybody with everybody; of several pods that are asked about themselves, each with the others. */
export function pairsOf(from: readonly Party[], to: readonly Party[], isSameEnd: boolean): [Party, Party][] {
  const pairs = from.flatMap((a) => to.map((b): [Party, Party] => [a, b]));
  const others = isSameEnd && from.length > 1 ? pairs.filter(([a, b]) => a.name !== b.name) : pairs;
  const sharing = others.filter(([a, b]) =>
    families.some((family) => speaks(a.end, family) && speaks(b.end, family)),
  );
  // The other family's part of `world` is no answer to a pod that does not speak it.
  return sharing.length > 0 ? sharing : others.slice(0, 1);
}

/**
 * Answers a question about ends that may be many: yes where every connection that it means may be, no where none may.
 * A Service is followed to each of its endpoints.
 */
export function ask(
  program: Program,
  cluster: ManifestCluster,
  { from, to, port }: Question,
): Answer | BadEnd {
  if (from.kind === "service")
    return bad(`Service ${from.name} opens no connections: ask about the pods behind it`);
  if (from.parties.length === 0) return bad(`${from.name} has no address that nobody in the cluster has`);
  if (to.kind === "service") return askService(program, cluster, { from, to, port });
  if (to.parties.length === 0) return bad(`${to.name} has no address that nobody in the cluster has`);
  const pairs: Pair[] = [];
  for (const [a, b] of pairsOf(from.parties, to.parties, from.name === to.name)) {
    const flow = flowTo(b, port);
    if ("kind" in flow) return flow;
    pairs.push({ from: a, to: b, flow, source: "its own" });
  }
  return answered(program, cluster, pairs);
}

function askService(
  program: Program,
  cluster: ManifestCluster,
  question: {
    from: Extract<AskedEnd, { kind: "parties" }>;
    to: Extract<AskedEnd, { kind: "service" }>;
    port: PortSpec;
  },
): Answer | BadEnd {
  const { service } = question.to;
  const port = servicePort(service, question.port);
  if ("kind" in port) return port;
  const name = `${keyOf(service)}:${port.port}`;
  const found = serviceTargets(service, port, cluster);
  if (found.kind === "nobody") return { verdict: "denied", why: found.why, service: name, parts: [] };
  if (found.kind === "unknown") return { verdict: "depends", why: found.why, service: name, parts: [] };
  // Only what enters by a node and stays on it keeps its source; the rest may get a node's.
  const keeps = service.type !== "ClusterIP" && service.externalTrafficPolicy === "Local";
  const source = keeps ? "its own" : "masqueraded";
  const targets = new Map(found.targets.map((target) => [target.party, target.flow]));
  const pairs = pairsOf(question.from.parties, [...targets.keys()], false).flatMap(([from, to]): Pair[] => {
    const flow = targets.get(to);
    return flow === undefined ? [] : [{ from, to, flow, source }];
  });
  const { leftOut } = found;
  return {
    ...answered(program, cluster, pairs),
    service: name,
    ...(leftOut.length > 0 && { leftOut: leftOutText(leftOut, port) }),
  };
}

function answered(program: Program, cluster: ManifestCluster, pairs: readonly Pair[]): Answer {
  const whole = programWith(program, cluster, [...new Set(pairs.flatMap(({ from, to }) => [from, to]))]);
  const parts = pairs.map((pair): AskedPart => ({ pair, answer: carefulCan(whole, pair) }));
  const [first] = parts;
  if (first === undefined) throw new Error("a question about nobody");
  if (parts.length === 1) return { ...first.answer, parts };
  const verdicts = new Set(parts.map(({ answer }) => answer.verdict));
  if (verdicts.size > 1) return { verdict: "depends", why: mixedText(parts), parts };
  if (first.answer.verdict === "allowed") return { verdict: "allowed", parts };
  return { verdict: first.answer.verdict, why: alikeText(parts), parts };
}

const leftOutText = (names: readonly string[], { protocol, targetPort }: ServicePort): string =>
  `${some(names)} ${names.length === 1 ? "has" : "have"} no ${protocol} port named ${targetPort}`;

const SHOWN = 3;

function some(names: readonly string[]): string {
  const unique = [...new Set(names)];
  const more = unique.length - SHOWN;
  return more > 0 ? `${unique.slice(0, SHOWN).join(", ")} and ${more} more` : unique.join(", ");
}

/** How a part is told from the others: by the end in which they differ, and by both where both do. */
function labels(parts: readonly AskedPart[]): (part: AskedPart) => string {
  const [froms, tos] = [
    new Set(parts.map(({ pair }) => pair.from.name)),
    new Set(parts.map(({ pair }) => pair.to.name)),
  ];
  return ({ pair: { from, to, flow } }) => {
    if (froms.size === 1 && tos.size > 1) return `${to.name} ${flowText(flow)}`;
    return tos.size === 1 && froms.size > 1 ? from.name : `${from.name} -> ${to.name} ${flowText(flow)}`;
  };
}

const whyOf = ({ answer }: AskedPart): string => (answer.verdict === "allowed" ? "" : answer.why);

/** All are refused: the first one's reason, and how many others there are. */
function alikeText(parts: readonly AskedPart[]): string {
  const [first] = parts;
  if (first === undefined) return "";
  const more = parts.length - 1;
  return `${whyOf(first)}; likewise for ${more} more`;
}

function mixedText(parts: readonly AskedPart[]): string {
  const label = labels(parts);
  const of = (verdict: Verdict): AskedPart[] => parts.filter(({ answer }) => answer.verdict === verdict);
  const said = (word: string, found: readonly AskedPart[]): string[] => {
    const [first] = found;
    if (first === undefined) return [];
    const why = whyOf(first);
    return [`${word} for ${some(found.map(label))}${why === "" ? "" : ` (${why})`}`];
  };
  return [
    ...said("yes", of("allowed")),
    ...said("no", of("denied")),
    ...said("it depends", of("depends")),
  ].join("; ");
}

/** `shop/api:80 => shop/api-5c1 TCP/8080, shop/api-7d2 TCP/8080`: where a Service led, and whom it leaves out. */
export function serviceText({ service, parts, leftOut }: Answer): string | undefined {
  if (service === undefined || parts.length === 0) return service;
  const targets = some(parts.map(({ pair }) => `${pair.to.name} ${flowText(pair.flow)}`));
  return `${service} => ${targets}${leftOut === undefined ? "" : ` (${leftOut})`}`;
}
