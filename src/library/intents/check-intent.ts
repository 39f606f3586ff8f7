import type { IntentFailure } from "../../analysis/intents/intent-report.ts";
import { whyAllowed } from "../../analysis/intents/why-allowed.ts";
import { type CanAnswer, flowText } from "../../analysis/can.ts";
import { carefulCan, carefulReach } from "../../analysis/careful-can.ts";
import type { Party } from "../../analysis/party.ts";
import { families } from "../../core/address.ts";
import { keyOf } from "../../core/cluster.ts";
import { speaks } from "../../core/end.ts";
import type { Program } from "../../core/program.ts";
import {
  type Flow,
  type Traffic,
  allTraffic,
  intersectTraffic,
  isNoTraffic,
  protocols,
  subtractTraffic,
} from "../../core/traffic.ts";
import type { ManifestCluster } from "../../kube/manifest-cluster.ts";
import { ask } from "../ask.ts";
import type { BadEnd } from "../end-spec.ts";
import type { AskedEnd } from "../ends.ts";
import { type PortSpec, parsePort } from "../port-spec.ts";
import { programWith } from "../program-with.ts";
import type { Checked } from "./checked.ts";
import type { Intent } from "./intent.ts";
import { intentEnd } from "./intent-ends.ts";

interface Asked {
  readonly cluster: ManifestCluster;
  readonly program: Program;
}

type Parties = Extract<AskedEnd, { kind: "parties" }>;

/** TCP, UDP and SCTP: other protocols are nowhere defined, and no intent could ever hold of them. */
const everyPort: Traffic = { ...allTraffic, other: false };

const EXPECTED = { allow: "allowed", deny: "denied" } as const;

function firstFlow(traffic: Traffic): Flow | undefined {
  for (const protocol of protocols) {
    const [interval] = traffic[protocol];
    if (interval !== undefined) return { protocol, port: interval[0] };
  }
  return undefined;
}

/** The ports on a destination; a name that it has not is a failure to tell. */
function flowOn({ end, hostPod }: Party, spec: PortSpec): Flow | undefined {
  if (spec.kind === "number") return { protocol: spec.protocol, port: spec.port };
  if (spec.kind === "other") return { protocol: "other" };
  const ports = hostPod?.ports ?? (end.kind === "pod" ? end.pod.ports : []);
  const found = ports.find(({ name, protocol }) => name === spec.name && protocol === spec.protocol);
  return found && { protocol: found.protocol, port: found.port };
}

/** The pod behind an end, however it was named: by one of its addresses, too. */
const whoIs = ({ name, end, hostPod }: Party): string =>
  end.kind === "pod" ? keyOf(end.pod) : hostPod === undefined ? name : keyOf(hostPod);

/**
 * Two that are one pod are no pair: it always reaches itself. Nor are those who speak no family in common, and two addresses
 * outside, of which no policy speaks.
 */
const isPair = (from: Party, to: Party): boolean =>
  (whoIs(from) !== whoIs(to) || (to.several && to.end.kind === "pod")) &&
  (from.end.kind !== "address" || to.end.kind !== "address") &&
  families.some((family) => speaks(from.end, family) && speaks(to.end, family));

/** One pair of ends, on the ports that are meant. */
function checkPair(
  program: Program,
  intent: Intent,
  from: Party,
  to: Party,
  ports: readonly PortSpec[] | undefined,
): IntentFailure[] {
  const pair = { from, to, source: "its own" } as const;
  const judged = (flow: Flow, answer: CanAnswer): IntentFailure[] => {
    if (answer.verdict === EXPECTED[intent.expect]) return [];
    const why = answer.verdict === "allowed" ? whyAllowed(program, { from, to, flow }) : answer.why;
    return [{ from: from.name, to: to.name, port: flowText(flow), verdict: answer.verdict, why }];
  };
  if (ports === undefined) {
    const { certain, possible } = carefulReach(program, pair);
    const [against, unsure] =
      intent.expect === "allow"
        ? [subtractTraffic(everyPort, possible), subtractTraffic(everyPort, certain)]
        : [intersectTraffic(everyPort, certain), intersectTraffic(everyPort, possible)];
    const flow = firstFlow(isNoTraffic(against) ? unsure : against);
    return flow === undefined ? [] : judged(flow, carefulCan(program, { ...pair, flow }));
  }
  return ports.flatMap((spec): IntentFailure[] => {
    const flow = flowOn(to, spec);
    if (flow !== undefined) return judged(flow, carefulCan(program, { ...pair, flow }));
    if (intent.expect === "deny" || spec.kind !== "name") return [];
    const why = `${to.name} has no ${spec.protocol} port named ${spec.name}`;
    return [{ from: from.name, to: to.name, port: `${spec.protocol}/${spec.name}`, verdict: "denied", why }];
  });
}

/** A Service is followed to each of its endpoints, on each of its ports that are meant. */
function checkService(
  { cluster, program }: Asked,
  intent: Intent,
  from: Parties,
  to: Extract<AskedEnd, { kind: "service" }>,
  ports: readonly PortSpec[] | undefined,
): { readonly pairs: number; readonly failures: IntentFailure[] } | BadEnd {
  const own = to.service.ports.map(({ protocol, port }): PortSpec => ({ kind: "number", protocol, port }));
  let pairs = 0;
  const failures: IntentFailure[] = [];
  for (const port of ports ?? own) {
    const answer = ask(program, cluster, { from, to, port });
    if ("kind" in answer) return answer;
    const parts = answer.parts.filter(({ pair }) => isPair(pair.from, pair.to));
    pairs += parts.length;
    if (
      answer.parts.length === 0 &&
      answer.verdict !== "allowed" &&
      answer.verdict !== EXPECTED[intent.expect]
    )
      failures.push({
        from: from.name,
        to: to.name,
        port: answer.service ?? "",
        verdict: answer.verdict,
        why: answer.why ?? "",
      });
    const whole = programWith(
      program,
      cluster,
      parts.flatMap(({ pair }) => [pair.from, pair.to]),
    );
    for (const {
      pair,
      answer: { verdict, ...rest },
    } of parts) {
      if (verdict === EXPECTED[intent.expect]) continue;
      const why = "why" in rest && rest.why !== undefined ? rest.why : whyAllowed(whole, pair);
      failures.push({ from: pair.from.name, to: pair.to.name, port: flowText(pair.flow), verdict, why });
    }
  }
  return { pairs, failures };
}

const empty = (problem: string): Checked => ({ outcome: "empty", pairs: 0, failures: [], problem });

/** Judges every pair of ends that an intent is about. `bad` is what of it cannot be read. */
export function checkIntent(intent: Intent, asked: Asked): Checked | BadEnd {
  const ports = intent.ports?.map(parsePort);
  const badPort = ports?.find((port) => port.kind === "bad");
  if (badPort?.kind === "bad") return badPort;
  const specs = ports?.flatMap((port) => (port.kind === "bad" ? [] : [port]));
  const ends = [...intent.from, ...intent.to].map((text) => intentEnd(text, intent.namespace, asked));
  for (const end of ends) if (end.kind === "bad") return end;
  const nobody = ends.find((end) => end.kind === "nobody");
  if (nobody?.kind === "nobody") return empty(nobody.why);
  const found = ends.filter((end): end is AskedEnd => end.kind === "parties" || end.kind === "service");
  const [sources, destinations] = [found.slice(0, intent.from.length), found.slice(intent.from.length)];
  const service = sources.find(({ kind }) => kind === "service");
  if (service !== undefined)
    return { kind: "bad", message: `Service ${service.name} opens no connections: name the pods behind it` };
  const partiesOf = (all: readonly AskedEnd[]): Party[] => [
    ...new Map(
      all.flatMap((end) =>
        end.kind === "parties" ? end.parties.map((party) => [party.name, party] as const) : [],
      ),
    ).values(),
  ];
  const [from, to] = [partiesOf(sources), partiesOf(destinations)];
  const whole = programWith(asked.program, asked.cluster, [...from, ...to]);
  const pairs = from.flatMap((a) => to.filter((b) => isPair(a, b)).map((b): [Party, Party] => [a, b]));
  let count = pairs.length;
  const failures = pairs.flatMap(([a, b]) => checkPair(whole, intent, a, b, specs));
  for (const end of destinations) {
    if (end.kind !== "service") continue;
    const source: Parties = { kind: "parties", name: intent.from.join(","), parties: from };
    const checked = checkService(asked, intent, source, end, specs);
    if ("kind" in checked) return checked;
    count += checked.pairs;
    failures.push(...checked.failures);
  }
  if (count === 0 && failures.length === 0) return empty("there is no pair of ends that it is about");
  const [against, unsure] = [
    failures.filter(({ verdict }) => verdict !== "depends"),
    failures.filter(({ verdict }) => verdict === "depends"),
  ];
  const outcome = against.length > 0 ? "fails" : unsure.length > 0 ? "depends" : "holds";
  return { outcome, pairs: count, failures: [...against, ...unsure] };
}
