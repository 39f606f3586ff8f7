import { podName } from "../destinations.ts";
import { manifests, pod, policy } from "../example.ts";
import type { LintContext } from "../lint-context.ts";
import type { LintRule } from "../lint-rule.ts";
import { type NamedPortUse, namedPortUses } from "../named-port-use.ts";
import { nearest } from "../nearest.ts";
import { counted, list } from "../words.ts";

/** What the rule's author may have had in mind: a Service's name for the port, or a name that the pods do have. */
function helpFor({ services }: LintContext, { name, missing }: NamedPortUse): string {
  const names = [...new Set(missing.flatMap(({ pod: { ports } }) => ports.map((port) => port.name)))];
  const near = nearest(name, names);
  if (near !== undefined) return `did you mean \`${near}\`?`;
  const namespaces = new Set(missing.map(({ pod: { namespace } }) => namespace));
  const service = services.find(
    (each) => namespaces.has(each.namespace) && each.ports.some((port) => port.name === name),
  );
  if (service !== undefined)
    return `\`${name}\` is what Service ${service.namespace}/${service.name} calls its port; policies look the name up on the pods' containers`;
  return names.length === 0
    ? "name the port in the pods' containers, or write its number"
    : `those pods have ${list(names.map((each) => `\`${each}\``))}`;
}

const pods = (names: string): string[] => [
  pod("shop/api-1", "app: api", "{name: http, containerPort: 8080}"),
  pod("shop/api-2", "app: api", names),
];
const rule = policy(
  "shop/api",
  `podSelector: {matchLabels: {app: api}}
policyTypes: [Ingress]
ingress:
  - ports:
      - port: http`,
);

export const np201: LintRule = {
  code: "NP201",
  name: "named-port-missing",
  severity: "warning",
  summary: "A rule names a port that some of the pods it leads to do not have.",
  explanation: `A named port is looked up on each destination pod: among the ports of its containers and of its sidecars (init containers
that restart always). A pod without a port of that name is not opened at all, silently. It is an error where no pod has the
name, a warning where some have it.

The name of a Service's port is another thing: policies never look at Services. Exact for rules that say which pods they lead
to; a rule to anywhere, or to addresses, is not looked at.`,
  bad: manifests(...pods(""), rule),
  good: manifests(...pods("{name: http, containerPort: 3000}"), rule),
  check: (context) =>
    namedPortUses(context).flatMap((use) => {
      const { rule: of, path, name, pods: all, missing } = use;
      if (missing.length === 0) return [];
      const isNone = missing.length === all.length;
      const who = isNone
        ? `none of the ${counted(all.length, "pod")} that the rule leads to has`
        : `${missing.length} of ${all.length} pods that the rule leads to (${list(missing.map(podName))}) ${missing.length === 1 ? "has" : "have"} no`;
      return [
        {
          at: of.policy,
          path,
          severity: isNone ? ("error" as const) : ("warning" as const),
          message: `${who} ${isNone ? "a port" : "port"} named \`${name}\`: nothing is opened there`,
          label: isNone ? "no pod has it" : `missing on ${missing.length} of ${all.length}`,
          help: helpFor(context, use),
        },
      ];
    }),
};
