import type { NetworkPolicyPort } from "../../../core/network-policy.ts";
import { matches, selector } from "../../../core/selector.ts";
import type { Protocol } from "../../../core/traffic.ts";
import { destinations } from "../destinations.ts";
import { manifests, pod, policy, service } from "../example.ts";
import type { LintContext } from "../lint-context.ts";
import type { LintPod, LintService, Written } from "../lint-input.ts";
import type { Hit, LintRule } from "../lint-rule.ts";
import { counted } from "../words.ts";
import type { WrittenRule } from "../written-rules.ts";

interface Mapping {
  readonly service: LintService;
  readonly target: number;
  /** The name under which the pods have the target, if they do. */
  readonly name: string | undefined;
}

const isBehind = (
  { namespace, selector: wanted }: LintService,
  { pod: { namespace: own, labels } }: LintPod,
): boolean => wanted !== undefined && namespace === own && matches(selector({ matchLabels: wanted }), labels);

function targetOn(
  { pod: { ports } }: LintPod,
  target: number | string,
  protocol: Protocol,
): number | undefined {
  if (typeof target === "number") return target;
  return ports.find((port) => port.name === target && port.protocol === protocol)?.port;
}

/** Where a Service that leads to the pod sends what comes to its port, if that is to another port of the pod. */
function mappingOn(
  context: LintContext,
  pod: LintPod,
  number: number,
  protocol: Protocol,
): Mapping | undefined {
  for (const each of context.services.filter((candidate) => isBehind(candidate, pod))) {
    const port = each.ports.find((own) => own.port === number && own.protocol === protocol);
    const target = port === undefined ? undefined : targetOn(pod, port.targetPort, protocol);
    if (target === undefined || target === number) continue;
    const name = pod.pod.ports.find((own) => own.port === target && own.protocol === protocol)?.name;
    return { service: each, target, name };
  }
  return undefined;
}

function opens(
  { ports }: WrittenRule,
  target: number,
  name: string | undefined,
  protocol: Protocol,
): boolean {
  return ports.some(({ port: { port, endPort, protocol: own = "TCP" } }: { port: NetworkPolicyPort }) => {
    if (own !== protocol) return false;
    if (typeof port === "number") return target >= port && target <= (endPort ?? port);
    return port === undefined || port === name;
  });
}

const placeText = ({ locate }: Written): string => {
  const { file, line } = locate([]);
  return file === undefined ? "" : ` (${file}${line === undefined ? "" : `:${line}`})`;
};

function hits(context: LintContext, rule: WrittenRule): Hit[] {
  const pods = rule.ports.length === 0 ? [] : destinations(context, rule);
  return rule.ports.flatMap(({ port: { port, endPort, protocol = "TCP" }, path }): Hit[] => {
    if (typeof port !== "number" || (endPort !== undefined && endPort !== port)) return [];
    const declares = (each: LintPod): boolean =>
      each.listens.some((own) => own.port === port && own.protocol === protocol);
    const mapped = pods.flatMap((each) => mappingOn(context, each, port, protocol) ?? []);
    const [first] = mapped;
    if (first === undefined || pods.some(declares)) return [];
    if (mapped.every(({ target, name }) => opens(rule, target, name, protocol))) return [];
    const { service: by, target, name } = first;
    const named = mapped.filter((each) => each.name === name && each.target === target).length;
    const byName =
      name === undefined
        ? ""
        : `, or the named port \`${name}\` (${named} of ${counted(pods.length, "pod")} ${named === 1 ? "declares" : "declare"} it)`;
    return [
      {
        at: rule.policy,
        path: [...path, "port"],
        message: `the rule allows the Service's port; the pods listen on targetPort ${target}`,
        label: `Service ${by.namespace}/${by.name} maps ${port} to ${target}${placeText(by)}`,
        help: `use \`port: ${target}\`${byName}`,
      },
    ];
  });
}

const around = [
  pod("shop/web", "app: web"),
  pod("shop/api", "app: api", "{name: http, containerPort: 8080}"),
  service("shop/api", "app: api", "{port: 80, targetPort: http}"),
];
const allow = (port: number): string =>
  policy(
    "shop/api",
    `podSelector: {}
policyTypes: [Ingress]
ingress:
  - from:
      - podSelector: {matchLabels: {app: web}}
    ports:
      - port: ${port}`,
  );

export const np204: LintRule = {
  code: "NP204",
  name: "service-port",
  severity: "error",
  summary: "A rule allows a Service's port, but the pods behind it listen on another, its targetPort.",
  explanation: `Policies are judged after the Service's address has been replaced by a pod's, and its \`port\` by its \`targetPort\`: what counts
is the port that the pod listens on. Said where a Service that leads to the rule's pods maps the rule's number to another one,
no pod of the rule declares the number itself, and the rule does not open the targetPort as well.`,
  bad: manifests(...around, allow(80)),
  good: manifests(...around, allow(8080)),
  check: (context) => context.rules.flatMap((rule) => hits(context, rule)),
};
