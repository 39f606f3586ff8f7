import { type Namespace, type ObjectKey, type Pod, keyOf } from "../cluster.ts";
import type { Cluster } from "../compile.ts";
import { isMember } from "../member.ts";
import type { NetworkPolicy } from "../network-policy.ts";
import { type NormalizedPolicy, normalize } from "../normalize.ts";
import { type GroupId, type GroupSelector, type Policy, policyKey } from "../policy.ts";
import type { Program } from "../program.ts";
import { GroupIndex } from "./group-index.ts";
import { GroupTable } from "./group-table.ts";
import { NamespaceDirectory } from "./namespace-directory.ts";
import { PodDirectory } from "./pod-directory.ts";
import { withPlaced } from "./with-placed.ts";

/**
 * Compiles a cluster that changes. Whatever the order of events, also where an object comes before those that it refers to,
 * `program()` equals `compile` of the cluster as it then is; but one event costs what it touches, not the cluster.
 * Unchanged groups and policies are the same values from one program to the next.
 */
export class Compiler {
  readonly #namespaces = new NamespaceDirectory();
  readonly #pods = new PodDirectory();
  readonly #policies = new Map<ObjectKey, NormalizedPolicy>();
  readonly #index = new GroupIndex();
  readonly #groups = new GroupTable();
  /** Which groups each live pod is in. */
  readonly #memberships = new Map<ObjectKey, Set<GroupId>>();
  /** As they were last told, and those that changed since. */
  #told: readonly Policy[] = [];
  readonly #changed = new Map<ObjectKey, Policy | undefined>();

  setNamespace(namespace: Namespace): void {
    this.#takeNamespace(namespace.name, namespace);
  }

  deleteNamespace(name: string): void {
    this.#takeNamespace(name, undefined);
  }

  setPod(pod: Pod): void {
    this.#takePod(keyOf(pod), pod);
  }

  deletePod(key: ObjectKey): void {
    this.#takePod(key, undefined);
  }

  setPolicy(policy: NetworkPolicy): void {
    const before = this.#policies.get(keyOf(policy));
    const after = normalize(policy);
    this.#policies.set(keyOf(policy), after);
    this.#changed.set(keyOf(policy), after.policy);
    // First the new groups, then the old ones: a group that both name is never emptied in between.
    for (const [id, selector] of after.groups) this.#useGroup(id, selector);
    if (before !== undefined) this.#dropGroups(before);
  }

  deletePolicy(key: ObjectKey): void {
    const before = this.#policies.get(key);
    if (before === undefined) return;
    this.#policies.delete(key);
    this.#changed.set(key, undefined);
    this.#dropGroups(before);
  }

  /** The live pods of the cluster, as `livePods` would tell them, in no order; the same list as long as none changed. */
  livePods(): readonly Pod[] {
    return this.#pods.all();
  }

  /** Those of one node, in no order; the same list as long as none of them changed. */
  livePodsOf(node: string): readonly Pod[] {
    return this.#pods.onNode(node);
  }

  program(): Program {
    if (this.#changed.size > 0) this.#told = withPlaced(this.#told, policyKey, this.#changed);
    this.#changed.clear();
    return { tiers: [{ kind: "allow-list", policies: this.#told }], groups: this.#groups.tell() };
  }

  #takePod(key: ObjectKey, pod: Pod | undefined): void {
    for (const { key: changed, after } of this.#pods.set(key, pod)) this.#review(changed, after, true);
  }

  /** A namespace's labels decide which groups its pods are in; the pods themselves are as they were. */
  #takeNamespace(name: string, namespace: Namespace | undefined): void {
    this.#namespaces.set(name, namespace);
    for (const pod of this.#pods.inNamespace(name)) this.#review(keyOf(pod), pod, false);
  }

  /** Puts one pod into the groups that it belongs to now, and out of all others. */
  #review(key: ObjectKey, pod: Pod | undefined, isChanged: boolean): void {
    const before = this.#memberships.get(key) ?? new Set<GroupId>();
    const after = pod === undefined ? new Set<GroupId>() : this.#groupsOf(pod);
    for (const id of before.difference(after)) this.#groups.setMember(id, key, undefined);
    for (const id of isChanged ? after : after.difference(before)) this.#groups.setMember(id, key, pod);
    if (after.size === 0) this.#memberships.delete(key);
    else this.#memberships.set(key, after);
  }

  #groupsOf(pod: Pod): Set<GroupId> {
    const namespace = this.#namespaces.get(pod.namespace);
    const candidates = [...this.#index.candidates(pod, namespace)];
    return new Set(
      candidates.filter((id) => {
        const selector = this.#groups.selector(id);
        return selector !== undefined && isMember(selector, pod, namespace);
      }),
    );
  }

  #useGroup(id: GroupId, selector: GroupSelector): void {
    if (!this.#groups.use(id, selector)) return;
    this.#index.add(id, selector);
    for (const pod of this.#pods.candidates(selector, this.#namespaces)) {
      if (!isMember(selector, pod, this.#namespaces.get(pod.namespace))) continue;
      const key = keyOf(pod);
      this.#groups.setMember(id, key, pod);
      const memberships = this.#memberships.get(key);
      if (memberships === undefined) this.#memberships.set(key, new Set([id]));
      else memberships.add(id);
    }
  }

  #dropGroups({ groups }: NormalizedPolicy): void {
    for (const [id, selector] of groups) {
      if (!this.#groups.drop(id)) continue;
      this.#index.delete(id, selector);
      for (const pod of this.#pods.candidates(selector, this.#namespaces)) {
        this.#memberships.get(keyOf(pod))?.delete(id);
      }
    }
  }
}

/** A compiler that has already taken a whole cluster. */
export function compilerOf({ namespaces, pods, policies }: Cluster): Compiler {
  const compiler = new Compiler();
  for (const namespace of namespaces) compiler.setNamespace(namespace);
  for (const pod of pods) compiler.setPod(pod);
  for (const policy of policies) compiler.setPolicy(policy);
  return compiler;
}
