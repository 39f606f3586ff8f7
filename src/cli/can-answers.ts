import { formatTraffic } from "../analysis/connectivity-map.ts";
import { endJson } from "../analysis/explain/end-json.ts";
import { wrap } from "../analysis/finding/wrap.ts";
import { trafficText } from "../analysis/traffic-text.ts";
import type { Bounds, Verdict } from "../core/evaluate.ts";
import { type Traffic, isNoTraffic, subtractTraffic } from "../core/traffic.ts";
import { type Answer, type AskedPart, serviceText } from "../library/ask.ts";

/** What was asked, as it was written, and what RBAC hid. */
export interface Asked {
  readonly from: string;
  readonly to: string;
  readonly incomplete: readonly string[];
}

const WORDS: Readonly<Record<Verdict, string>> = { allowed: "yes", denied: "no", depends: "depends" };

/** All of it is at most this wide. */
const WIDTH = 100;

const inLines = (sentence: string): string => `${wrap(sentence, WIDTH, "  ").join("\n")}\n`;

/** `yes`, or `no: why`; what a Service led to comes first. */
export function canText(answer: Answer): string {
  const parts = [WORDS[answer.verdict], serviceText(answer), answer.why];
  return inLines(parts.filter((part) => part !== undefined).join(": "));
}

const HEAD = { apiVersion: "selvedge.dev/v1alpha1", kind: "CanAnswer" } as const;

const partJson = ({ pair: { from, to, flow }, answer }: AskedPart): unknown => ({
  from: endJson(from),
  to: endJson(to),
  protocol: flow.protocol,
  ...("port" in flow && { port: flow.port }),
  ...answer,
});

export function canJson(answer: Answer, { from, to, incomplete }: Asked): string {
  const { verdict, why, service, leftOut, parts } = answer;
  const json = {
    ...HEAD,
    from,
    to,
    verdict,
    ...(why !== undefined && { why }),
    ...(service !== undefined && { service }),
    ...(leftOut !== undefined && { leftOut }),
    parts: parts.map(partJson),
    incomplete,
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

/** Of TCP, UDP and SCTP: what becomes of other protocols is nowhere defined, and would leave every answer open. */
export function portsVerdict({ certain, possible }: Bounds): Verdict {
  const hasPorts = (traffic: Traffic): boolean => !isNoTraffic({ ...traffic, other: false });
  if (hasPorts(certain)) return "allowed";
  return hasPorts(possible) ? "depends" : "denied";
}

/** `yes: TCP 80,443`, and in a second line what only depends. */
export function portsText(bounds: Bounds): string {
  const open = subtractTraffic(bounds.possible, bounds.certain);
  const verdict = portsVerdict(bounds);
  const certain = verdict === "allowed" ? [`yes: ${trafficText(formatTraffic(bounds.certain))}`] : [];
  const refused = verdict === "denied" ? ["no: no port of TCP, UDP or SCTP"] : [];
  const possible = isNoTraffic(open) ? [] : [`depends: ${trafficText(formatTraffic(open))}`];
  return [...certain, ...refused, ...possible].map(inLines).join("");
}

export function portsJson(bounds: Bounds, { from, to, incomplete }: Asked): string {
  const json = {
    ...HEAD,
    from,
    to,
    verdict: portsVerdict(bounds),
    allowed: formatTraffic(bounds.certain),
    depends: formatTraffic(subtractTraffic(bounds.possible, bounds.certain)),
    incomplete,
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}
