import type { Protocol } from "../../core/traffic.ts";
import { destinations } from "./destinations.ts";
import type { LintContext } from "./lint-context.ts";
import type { LintPod, Path } from "./lint-input.ts";
import { memo } from "./memo.ts";
import type { WrittenRule } from "./written-rules.ts";

/** A port that a rule names, and what becomes of the name on the pods that the rule leads to; one of these at least. */
export interface NamedPortUse {
  readonly rule: WrittenRule;
  readonly path: Path;
  readonly name: string;
  readonly protocol: Protocol;
  readonly isDefaultProtocol: boolean;
  readonly pods: readonly LintPod[];
  /** Pods without a port of that name. */
  readonly missing: readonly LintPod[];
  /** Pods that have the name, but under other protocols only. */
  readonly otherwise: readonly LintPod[];
}

/** Every named port of every rule that leads to pods which the rule tells apart. */
export const namedPortUses = memo((context: LintContext): NamedPortUse[] =>
  context.rules.flatMap((rule) => {
    const named = rule.ports.filter(({ port }) => typeof port.port === "string");
    const pods = named.length === 0 ? [] : destinations(context, rule);
    if (pods.length === 0) return [];
    return named.map(({ port: { port, protocol }, path }) => {
      const ofName = ({ pod }: LintPod): LintPod["pod"]["ports"] =>
        pod.ports.filter((each) => each.name === port);
      return {
        rule,
        path: [...path, "port"],
        name: String(port),
        protocol: protocol ?? "TCP",
        isDefaultProtocol: protocol === undefined,
        pods,
        missing: pods.filter((pod) => ofName(pod).length === 0),
        otherwise: pods.filter((pod) => {
          const ports = ofName(pod);
          return ports.length > 0 && ports.every((each) => each.protocol !== (protocol ?? "TCP"));
        }),
      };
    });
  }),
);
