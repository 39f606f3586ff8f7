import * as z from "zod/mini";
import { type Pod, keyOf } from "../../core/cluster.ts";
import { livePods } from "../../core/live-pods.ts";
import { type Selector, matches } from "../../core/selector.ts";
import { compiledPolicyStatus } from "../../kube/wire/compiled-policy-status.ts";
import { fromWireSelector, wireSelector } from "../../kube/wire/wire-selector.ts";

/** What there is to say of one NetworkPolicy. */
export interface PolicyRow {
  /** `shop/web` */
  readonly policy: string;
  /** Live pods that it selects; absent where no controller has compiled it. */
  readonly pods?: number;
  readonly nodes?: { readonly done: number; readonly concerned: number };
  readonly enforced: boolean;
  /** RFC 3339: since when that is so. */
  readonly since?: string;
  /** Why not, or what is wrong with it. */
  readonly message?: string;
}

const declared = z.looseObject({
  metadata: z.looseObject({
    namespace: z.string(),
    name: z.string(),
    uid: z.string(),
    generation: z.optional(z.int()),
  }),
});

const compiled = z.looseObject({
  metadata: z.looseObject({
    namespace: z.string(),
    name: z.string(),
    generation: z.optional(z.int()),
  }),
  spec: z.looseObject({
    source: z.optional(z.looseObject({ uid: z.string(), generation: z.int() })),
    subject: wireSelector,
  }),
  status: z.optional(compiledPolicyStatus),
});

type Declared = z.output<typeof declared>;
type Compiled = z.output<typeof compiled>;

const readable = <T>(schema: z.ZodMiniType<T>, raw: readonly unknown[]): T[] =>
  raw.flatMap((each) => {
    const read = schema.safeParse(each);
    return read.success ? [read.data] : [];
  });

/** One row for each NetworkPolicy, sorted by name. What speaks of another generation says nothing of this one. */
export function policyRows(
  networkPolicies: readonly unknown[],
  compiledPolicies: readonly unknown[],
  pods: readonly Pod[],
): PolicyRow[] {
  const known = new Map(readable(compiled, compiledPolicies).map((each) => [keyOf(each.metadata), each]));
  const live = livePods(pods);
  const selected = (namespace: string, subject: Selector): number =>
    live.filter((pod) => pod.namespace === namespace && matches(subject, pod.labels)).length;
  return readable(declared, networkPolicies)
    .map((policy) => {
      const found = known.get(keyOf(policy.metadata));
      const row = rowOf(policy, found);
      if (found === undefined) return row;
      const subject = fromWireSelector(found.spec.subject);
      return { ...row, pods: selected(policy.metadata.namespace, subject) };
    })
    .sort((a, b) => (a.policy < b.policy ? -1 : 1));
}

function rowOf({ metadata }: Declared, found: Compiled | undefined): PolicyRow {
  const policy = keyOf(metadata);
  const source = found?.spec.source;
  const isOfThis = source?.uid === metadata.uid && source.generation === (metadata.generation ?? 0);
  if (found === undefined || !isOfThis)
    return { policy, enforced: false, message: "no controller has compiled it yet" };
  const { status = {} } = found;
  if (status.observedGeneration !== found.metadata.generation)
    return { policy, enforced: false, message: "no controller has looked at it yet" };
  const condition = (type: string) => status.conditions?.find((each) => each.type === type);
  const [enforced, whole] = [condition("Enforced"), condition("Compiled")];
  const message = whole?.status === "False" ? whole.message : enforced?.message;
  return {
    policy,
    enforced: enforced?.status === "True",
    ...(status.nodes !== undefined && { nodes: status.nodes }),
    ...(enforced !== undefined && { since: enforced.lastTransitionTime }),
    ...(message !== undefined && { message }),
  };
}
