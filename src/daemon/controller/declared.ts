import { type Namespace, type ObjectKey, type Pod, keyOf } from "../../core/cluster.ts";
import { Compiler } from "../../core/incremental/compiler.ts";
import type { NetworkPolicy } from "../../core/network-policy.ts";
import type { Program } from "../../core/program.ts";
import { importNetworkPolicy } from "../../kube/import-network-policy.ts";
import type { PolicySource } from "../../kube/publish/policy-intent.ts";
import { type Parsed, decode } from "../../kube/schema/decode.ts";
import { toNamespace } from "../../kube/schema/namespace.ts";
import { objectMetaSchema } from "../../kube/schema/object-meta.ts";
import { toPod } from "../../kube/schema/pod.ts";
import { problemText } from "../../kube/validation/field-problem.ts";
import type { Collections } from "../collections.ts";
import { type PlacedNode, toPlacedNode } from "../placed-node.ts";
import type { Changed } from "./changed.ts";
import { ConcernedNodes } from "./concerned-nodes.ts";
import { GuestBook } from "./guest-book.ts";

/** What the controller remembers of a NetworkPolicy, beside what the compiler makes of it. */
export interface DeclaredPolicy {
  readonly policy: NetworkPolicy;
  readonly source: PolicySource;
  /** What is wrong with it, with field paths. */
  readonly problems: readonly string[];
  /** When this generation was seen first; monotonic, in milliseconds. */
  readonly seenAt: number;
}

/** What users declare: NetworkPolicies, and the namespaces and pods that they speak of; kept current and compiled. */
export interface Declared {
  readonly policies: ReadonlyMap<ObjectKey, DeclaredPolicy>;
  readonly concerned: ConcernedNodes;
  readonly guests: GuestBook;
  program(): Program;
}

function sourceOf(raw: unknown): PolicySource {
  const meta = decode(objectMetaSchema, (raw as { readonly metadata?: unknown }).metadata ?? {}, []);
  if (!meta.ok) return { uid: "", generation: 0 };
  return { uid: meta.value.uid ?? "", generation: meta.value.generation ?? 0 };
}

function readPolicy(raw: unknown): DeclaredPolicy | undefined {
  const { policy, problems } = importNetworkPolicy(raw);
  if (policy === undefined) return undefined;
  return { policy, source: sourceOf(raw), problems: problems.map(problemText), seenAt: performance.now() };
}

/** Pods and namespaces that cannot be read are passed over: they are in no group, which allows less. */
const orNothing =
  <T>(parse: (object: unknown) => Parsed<T>) =>
  (object: unknown): T | undefined => {
    const result = parse(object);
    return result.ok ? result.value : undefined;
  };

/** Follows what users declare; `onChange` after each change. */
export function watchDeclared(
  collections: Pick<Collections, "keep">,
  changed: Changed,
  onChange: () => void,
): Declared {
  const compiler = new Compiler();
  const concerned = new ConcernedNodes((key) => changed.statuses.add(key));
  const guests = new GuestBook();
  const policies = new Map<ObjectKey, DeclaredPolicy>();
  collections.keep<Namespace>({
    path: "/api/v1/namespaces",
    read: orNothing(toNamespace),
    take: (name, namespace) => {
      if (namespace === undefined) compiler.deleteNamespace(name);
      else compiler.setNamespace(namespace);
      onChange();
    },
  });
  collections.keep<Pod>({
    path: "/api/v1/pods",
    read: orNothing(toPod),
    take: (key, pod) => {
      if (pod === undefined) compiler.deletePod(key);
      else compiler.setPod(pod);
      concerned.setPod(key, pod);
      guests.setPod(key, pod);
      onChange();
    },
  });
  collections.keep<PlacedNode>({
    path: "/api/v1/nodes",
    read: orNothing(toPlacedNode),
    take: (name, node) => {
      guests.setNode(name, node?.podCidrs);
      onChange();
    },
  });
  collections.keep<DeclaredPolicy>({
    path: "/apis/networking.k8s.io/v1/networkpolicies",
    read: readPolicy,
    take: (key, declared) => {
      if (declared === undefined) {
        policies.delete(key);
        compiler.deletePolicy(key);
      } else takePolicy(declared);
      changed.compiledPolicies.add(key);
      changed.statuses.add(key);
      onChange();
    },
  });
  const takePolicy = (declared: DeclaredPolicy): void => {
    const key = keyOf(declared.policy);
    const before = policies.get(key);
    const { uid, generation } = declared.source;
    // A relabelled or annotated policy says what it said before.
    const isSame = before?.source.uid === uid && before.source.generation === generation;
    policies.set(key, isSame ? { ...declared, seenAt: before.seenAt } : declared);
    if (!isSame) compiler.setPolicy(declared.policy);
  };
  return { policies, concerned, guests, program: () => compiler.program() };
}
