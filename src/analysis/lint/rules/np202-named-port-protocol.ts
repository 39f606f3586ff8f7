import { podName } from "../destinations.ts";
import { manifests, pod, policy } from "../example.ts";
import type { LintRule } from "../lint-rule.ts";
import { namedPortUses } from "../named-port-use.ts";
import { list } from "../words.ts";

const server = pod("games/server", "app: server", "{name: play, containerPort: 7000, protocol: UDP}");
const rule = (protocol: string): string =>
  policy(
    "games/server",
    `podSelector: {matchLabels: {app: server}}
policyTypes: [Ingress]
ingress:
  - ports:
      - port: play${protocol}`,
  );

export const np202: LintRule = {
  code: "NP202",
  name: "named-port-protocol",
  severity: "error",
  summary: "A rule names a port that the pods have under another protocol.",
  explanation: `A port is found by its name and its protocol, and a rule's protocol is TCP where it does not say. A pod whose port of that
name is UDP is not opened by a rule for TCP.`,
  bad: manifests(server, rule("")),
  good: manifests(server, rule("\n        protocol: UDP")),
  check: (context) =>
    namedPortUses(context).flatMap(
      ({ rule: of, path, name, protocol, isDefaultProtocol, pods, otherwise }) => {
        if (otherwise.length === 0) return [];
        const theirs = [
          ...new Set(
            otherwise.flatMap(({ pod: { ports } }) =>
              ports.filter((port) => port.name === name).map((port) => port.protocol),
            ),
          ),
        ];
        return [
          {
            at: of.policy,
            path,
            message: `\`${name}\` is ${list(theirs)} on ${otherwise.length} of ${pods.length} pods (${list(otherwise.map(podName))}), and the rule says ${protocol}: nothing is opened there`,
            label: isDefaultProtocol ? "TCP, since the rule names no protocol" : `${protocol} here`,
            help: `write \`protocol: ${theirs[0]}\`${otherwise.length < pods.length ? ", or both, as two ports" : ""}`,
          },
        ];
      },
    ),
};
