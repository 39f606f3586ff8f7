import { families } from "../core/address.ts";
import { type Bounds, type Verdict, judge } from "../core/evaluate.ts";
import type { Program } from "../core/program.ts";
import { type Traffic, intersectTraffic, unionTraffic } from "../core/traffic.ts";
import { type CanAnswer, type CanQuestion, can } from "./can.ts";
import { type Party, destinationOf } from "./party.ts";
import { reach } from "./reach.ts";

/** Two parties, and whose address the destination sees as the source's. */
export interface CarefulPair {
  readonly from: Party;
  readonly to: Party;
  /** `masqueraded`: a Service may put a node's address in the source's place. */
  readonly source: "its own" | "masqueraded";
}

/** One way to take the question, and why it may have to be taken so. */
interface Reading {
  readonly pair: Pick<CarefulPair, "from" | "to">;
  readonly because: string;
}

function seenAsPod(party: Party): Party | undefined {
  const { hostPod } = party;
  return hostPod === undefined
    ? undefined
    : { ...party, end: { kind: "pod", pod: { ...hostPod, hostNetwork: false } } };
}

const openHost = ({ name }: Party): string =>
  `Kubernetes leaves open whether policies take ${name}, which uses its node's network, for a pod or for its node`;

/**
 * The ways in which a question may be taken where Kubernetes does not say which is right. The first is the enforcer's.
 * Kubernetes leaves open: hostNetwork pods; with which address a node's packets come (flannel's is none of its own); the
 * source that is left after a Service's source NAT.
 */
function readings({ from, to, source }: CarefulPair): readonly [Reading, ...Reading[]] {
  const others: Reading[] = [];
  const [fromPod, toPod] = [seenAsPod(from), seenAsPod(to)];
  if (fromPod !== undefined) others.push({ pair: { from: fromPod, to }, because: openHost(from) });
  if (toPod !== undefined) others.push({ pair: { from, to: toPod }, because: openHost(to) });
  if (from.end.kind === "node" && from.end.addresses !== "unknown") {
    const anywhere: Party = { ...from, end: { ...from.end, addresses: "unknown" } };
    others.push({
      pair: { from: anywhere, to },
      because: `with which address ${from.name} comes is not defined: its pod network may give it one of its own`,
    });
  }
  if (from.end.kind === "address" && source === "masqueraded") {
    const node: Party = { ...from, end: { kind: "node", name: undefined, addresses: "unknown" } };
    others.push({
      pair: { from: node, to },
      because: `the Service may put a node's address in the place of ${from.name}`,
    });
  }
  return [{ pair: { from, to }, because: "" }, ...others];
}

const WORDS: Readonly<Record<Verdict, string>> = {
  allowed: "allows it",
  denied: "denies it",
  depends: "cannot tell either",
};

/** Whether policies have any say: some policy isolates an end, and no exemption passes it by. */
function isJudged(program: Program, { from, to }: CarefulPair): boolean {
  return families.some((family) => {
    const { exempt, egress, ingress } = judge(program, from.end, destinationOf(from, to), family);
    return exempt !== "yes" && egress.isolatedBy.length + ingress.isolatedBy.length > 0;
  });
}

/**
 * `can`, where the answer also has to hold for what Kubernetes leaves undefined: where the ways to take the question lead to
 * different answers it depends, and the sentence says on what, and what the enforcer does. Never a yes that another
 * network plugin, or a source NAT, would turn into a no.
 */
export function carefulCan(program: Program, question: CarefulPair & Pick<CanQuestion, "flow">): CanAnswer {
  const { flow } = question;
  const [first, ...others] = readings(question);
  const answer = can(program, { ...first.pair, flow });
  const other = others.find(({ pair }) => can(program, { ...pair, flow }).verdict !== answer.verdict);
  if (other !== undefined) {
    return { verdict: "depends", why: `${other.because}; Selvedge ${WORDS[answer.verdict]}` };
  }
  if (flow.protocol !== "other" || answer.verdict === "depends" || !isJudged(program, question))
    return answer;
  const why = `Kubernetes defines policies for TCP, UDP and SCTP only; Selvedge ${WORDS[answer.verdict]}`;
  return { verdict: "depends", why };
}

/** `reach`, held to the same: certain is what passes however the question is taken. */
export function carefulReach(program: Program, pair: CarefulPair): Bounds {
  const all = readings(pair).map((reading) => reach(program, reading.pair.from, reading.pair.to));
  const certain = all.map((bounds) => bounds.certain).reduce(intersectTraffic);
  const possible = all.map((bounds) => bounds.possible).reduce(unionTraffic);
  if (!isJudged(program, pair)) return { certain, possible };
  const withOther = (traffic: Traffic, other: boolean): Traffic => ({ ...traffic, other });
  return { certain: withOther(certain, false), possible: withOther(possible, true) };
}
