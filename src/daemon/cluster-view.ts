import type { Cidr } from "../core/cidr.ts";
import { type Namespace, type Node, type ObjectKey, type Pod, keyOf } from "../core/cluster.ts";
import { Compiler } from "../core/incremental/compiler.ts";
import type { NetworkPolicy } from "../core/network-policy.ts";
import type { Program } from "../core/program.ts";
import { importNetworkPolicy } from "../kube/import-network-policy.ts";
import { toNamespace } from "../kube/schema/namespace.ts";
import { toPod } from "../kube/schema/pod.ts";
import { problemText } from "../kube/validation/field-problem.ts";
import type { CniEntries } from "./cni-cache.ts";
import { Collections, type CollectionsOptions } from "./collections.ts";
import { Guests } from "./guests.ts";
import { LocalPods } from "./local-pods.ts";
import { type BadObject, nameOf, orReport } from "./object-reader.ts";
import { type PlacedNode, toPlacedNode } from "./placed-node.ts";
import type { PublishedState } from "./published/published-state.ts";

export interface ClusterViewOptions extends CollectionsOptions {
  /** From where the cluster is seen. */
  readonly node: string;
  readonly onBadObject: BadObject;
}

/** What the API server tells about the cluster, and the runtime about this node's pods: kept current, compiled as it changes. */
export interface ClusterView {
  /** Fulfilled once every collection has been read whole. */
  readonly synced: Promise<void>;
  readonly done: Promise<void>;
  /** What it still waits for, as long as `synced` is not fulfilled. */
  missing(): string;
  /** Has the listener told of every change from now on; it asks for the rest. */
  subscribe(listener: () => void): void;
  /** When the first change came in of those that the last program did not have; `undefined` where it has all. */
  changedSince(): number | undefined;
  /** The program of the cluster as it was last told. */
  program(): Program;
  /** How far the program told last is with what a controller publishes; `undefined` where no controller is asked. */
  published(): PublishedState | undefined;
  /** Those that the program speaks of, and all of this node. */
  livePods(): readonly Pod[];
  /** Those of the node from which the cluster is seen; the same list as long as none of them changed. */
  ownPods(): readonly Pod[];
  nodes(): Node[];
  /** Where this node's pods get their addresses; empty where unknown. */
  podCidrs(): readonly Cidr[];
  /** A pod of another node with an address in them, if there is one. */
  guest(): ObjectKey | undefined;
  /** Takes what the node's CNI result cache holds. */
  setCniEntries(entries: CniEntries): void;
}

/** The view that compiles the whole cluster itself: no controller is needed, and every node bears the whole cost. */
export function watchCluster(options: ClusterViewOptions): ClusterView {
  const { node, onBadObject } = options;
  const collections = new Collections(options);
  const listeners: (() => void)[] = [];
  const compiler = new Compiler();
  let since: number | undefined;
  const guests = new Guests(node);
  const local = new LocalPods(node, (key, pod) =>
    pod === undefined ? compiler.deletePod(key) : compiler.setPod(pod),
  );
  const change = (take: () => void): void => {
    since ??= performance.now();
    take();
    for (const listener of listeners) listener();
  };
  const readable = orReport(onBadObject);
  const readPolicy = (object: unknown): NetworkPolicy | undefined => {
    const { policy, problems } = importNetworkPolicy(object);
    if (problems.length > 0) {
      onBadObject(nameOf(object), problems.map(problemText), "what is invalid in it allows nothing");
    }
    return policy;
  };
  collections.keep<Namespace>({
    path: "/api/v1/namespaces",
    read: readable(toNamespace),
    take: (name, namespace) =>
      change(() =>
        namespace === undefined ? compiler.deleteNamespace(name) : compiler.setNamespace(namespace),
      ),
  });
  const pods = collections.keep<Pod>({
    path: "/api/v1/pods",
    read: readable(toPod),
    take: (key, pod) =>
      change(() => {
        guests.setPod(key, pod);
        local.setPod(key, pod);
      }),
  });
  collections.keep<NetworkPolicy>({
    path: "/apis/networking.k8s.io/v1/networkpolicies",
    read: readPolicy,
    take: (key, policy) =>
      change(() => (policy === undefined ? compiler.deletePolicy(key) : compiler.setPolicy(policy))),
  });
  const nodes = collections.keep<PlacedNode>({
    path: "/api/v1/nodes",
    read: readable(toPlacedNode),
    take: (name, placed) =>
      change(() => {
        if (name === node)
          guests.setPodCidrs(placed?.podCidrs ?? [], () =>
            pods.values().map((pod) => [keyOf(pod), pod] as const),
          );
      }),
  });
  return {
    synced: collections.synced,
    done: collections.done,
    missing: () => "waiting for the first whole view of the cluster",
    subscribe: (listener) => void listeners.push(listener),
    changedSince: () => since,
    program: () => {
      since = undefined;
      return compiler.program();
    },
    published: () => undefined,
    livePods: () => compiler.livePods(),
    ownPods: () => compiler.livePodsOf(node),
    nodes: () => nodes.values(),
    podCidrs: () => nodes.get(node)?.podCidrs ?? [],
    guest: () => guests.first(),
    setCniEntries: (entries) => change(() => local.setEntries(entries)),
  };
}
