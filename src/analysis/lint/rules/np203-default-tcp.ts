import type { NetworkPolicyPort } from "../../../core/network-policy.ts";
import { destinations, podName } from "../destinations.ts";
import { manifests, pod, policy } from "../example.ts";
import type { LintContext } from "../lint-context.ts";
import type { LintPod } from "../lint-input.ts";
import type { Hit, LintRule } from "../lint-rule.ts";
import { list } from "../words.ts";
import type { WrittenRule } from "../written-rules.ts";

const isIn = ({ port, endPort }: NetworkPolicyPort, number: number): boolean =>
  typeof port === "number" && number >= port && number <= (endPort ?? port);

/** Whether the rule opens this UDP port by another of its entries. */
const opensUdp = ({ ports }: WrittenRule, number: number): boolean =>
  ports.some(({ port }) => port.protocol === "UDP" && (port.port === undefined || isIn(port, number)));

const listens = (pods: readonly LintPod[], protocol: string, port: NetworkPolicyPort): readonly LintPod[] =>
  pods.filter((each) => each.listens.some((own) => own.protocol === protocol && isIn(port, own.port)));

function hits(context: LintContext, rule: WrittenRule): Hit[] {
  const pods = destinations(context, rule);
  return rule.ports.flatMap(({ port, path }) => {
    if (port.protocol !== undefined || typeof port.port !== "number") return [];
    const udp = listens(pods, "UDP", port);
    const numbers = udp.flatMap((each) =>
      each.listens.filter((own) => own.protocol === "UDP" && isIn(port, own.port)),
    );
    const isMeant = listens(pods, "TCP", port).length > 0 || numbers.every((own) => opensUdp(rule, own.port));
    if (udp.length === 0 || isMeant) return [];
    return [
      {
        at: rule.policy,
        path: [...path, "port"],
        message: `the rule opens TCP, since it names no protocol; ${list(udp.map(podName))} ${udp.length === 1 ? "listens" : "listen"} there on UDP only`,
        label: "TCP by default",
        help: "write `protocol: UDP`",
      },
    ];
  });
}

const server = pod("games/server", "app: server", "{containerPort: 7000, protocol: UDP}");
const allow = (protocol: string): string =>
  policy(
    "games/server",
    `podSelector: {matchLabels: {app: server}}
policyTypes: [Ingress]
ingress:
  - ports:
      - port: 7000${protocol}`,
  );

export const np203: LintRule = {
  code: "NP203",
  name: "default-tcp",
  severity: "error",
  summary: "A rule names no protocol, so TCP is meant, and the pods listen there on UDP.",
  explanation: `A port without a \`protocol\` is TCP. Said where the pods that the rule leads to declare the number under UDP, none of them
declares it under TCP, and the rule does not open it under UDP elsewhere. Containers may listen on ports that they do not
declare; those cannot be seen.`,
  bad: manifests(server, allow("")),
  good: manifests(server, allow("\n        protocol: UDP")),
  check: (context) => context.rules.flatMap((rule) => hits(context, rule)),
};
