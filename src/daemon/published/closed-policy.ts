import * as z from "zod/mini";
import { type Policy } from "../../core/policy.ts";
import { everything } from "../../core/selector.ts";
import { fromWireSelector, wireSelector } from "../../kube/wire/wire-selector.ts";

const subject = z.looseObject({ subject: wireSelector });
const isolates = z.looseObject({ isolates: z.array(z.enum(["ingress", "egress"])).check(z.minLength(1)) });

/**
 * What a CompiledPolicy comes to that cannot be read and has no version before: it isolates whom it can be read to select,
 * in the directions that can be read, and allows nothing. Where not even that can be read: all pods of its namespace, both ways.
 */
export function closedPolicy({ namespace, name }: Pick<Policy, "namespace" | "name">, spec: unknown): Policy {
  const selected = subject.safeParse(spec);
  const directed = isolates.safeParse(spec);
  const isIsolated = (direction: "ingress" | "egress"): boolean =>
    !directed.success || directed.data.isolates.includes(direction);
  return {
    namespace,
    name,
    subject: selected.success ? fromWireSelector(selected.data.subject) : everything,
    isolates: { ingress: isIsolated("ingress"), egress: isIsolated("egress") },
    rules: { ingress: [], egress: [] },
  };
}
