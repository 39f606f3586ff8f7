import type { Cidr } from "../core/cidr.ts";
import { type Namespace, type Node, type ObjectKey, type Pod, keyOf } from "../core/cluster.ts";
import { Compiler } from "../core/incremental/compiler.ts";
import type { NetworkPolicy } from "../core/network-policy.ts";
import type { Program } from "../core/program.ts";
import type { KubeClient } from "../kube/client.ts";
import { importNetworkPolicy } from "../kube/import-network-policy.ts";
import { type Reflector, startReflector } from "../kube/reflector.ts";
import { type Parsed, parsed } from "../kube/schema/decode.ts";
import { toNamespace } from "../kube/schema/namespace.ts";
import { toNode, toPodCidrs } from "../kube/schema/node.ts";
import { toPod } from "../kube/schema/pod.ts";
import { type Listener, Store } from "../kube/store.ts";
import { problemText } from "../kube/validation/field-problem.ts";
import type { CniEntries } from "./cni-cache.ts";
import { Guests } from "./guests.ts";
import { LocalPods } from "./local-pods.ts";

export interface ClusterViewOptions {
  readonly client: KubeClient;
  /** From where the cluster is seen. */
  readonly node: string;
  readonly signal: AbortSignal;
  /** Told once of each interruption of a collection, and once when it is over. */
  readonly onTrouble: (trouble: string) => void;
  readonly onRecovery: (path: string) => void;
  /** An object that cannot be read whole; `consequence` says how it is treated. */
  readonly onBadObject: (object: string, problems: readonly string[], consequence: string) => void;
}

/** What the API server tells about the cluster, and the runtime about this node's pods: kept current, compiled as it changes. */
export interface ClusterView {
  /** Fulfilled once every collection has been read whole. */
  readonly synced: Promise<void>;
  readonly done: Promise<void>;
  /** Has the listener told of every change from now on; it asks for the rest. */
  subscribe(listener: () => void): void;
  /** When the first change came in of those that the last program did not have; `undefined` where it has all. */
  changedSince(): number | undefined;
  /** The program of the cluster as it was last told. */
  program(): Program;
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

type PlacedNode = Node & { readonly podCidrs: readonly Cidr[] };

function toPlacedNode(raw: unknown): Parsed<PlacedNode> {
  const node = toNode(raw);
  if (!node.ok) return node;
  const podCidrs = toPodCidrs(raw);
  return podCidrs.ok ? parsed({ ...node.value, podCidrs: podCidrs.value }) : podCidrs;
}

export function watchCluster(options: ClusterViewOptions): ClusterView {
  const { client, node, signal, onTrouble, onRecovery, onBadObject } = options;
  const reflectors: Reflector[] = [];
  const listeners: (() => void)[] = [];
  const compiler = new Compiler();
  let since: number | undefined;
  const guests = new Guests(node);
  const local = new LocalPods(node, (key, pod) =>
    pod === undefined ? compiler.deletePod(key) : compiler.setPod(pod),
  );
  const tell = (): void => listeners.forEach((listener) => listener());
  const keep = <T>(path: string, read: (object: unknown) => T | undefined, take: Listener<T>): Store<T> => {
    const store = new Store<T>((key, item) => {
      since ??= performance.now();
      take(key, item);
      tell();
    });
    reflectors.push(
      startReflector({ client, path, read, store, signal, onTrouble, onRecovery: () => onRecovery(path) }),
    );
    return store;
  };
  const orReport =
    <T>(parse: (object: unknown) => Parsed<T>) =>
    (object: unknown): T | undefined => {
      const result = parse(object);
      if (result.ok) return result.value;
      onBadObject(nameOf(object), result.problems.map(problemText), "passed over");
      return undefined;
    };
  const readPolicy = (object: unknown): NetworkPolicy | undefined => {
    const { policy, problems } = importNetworkPolicy(object);
    if (problems.length > 0) {
      onBadObject(nameOf(object), problems.map(problemText), "what is invalid in it allows nothing");
    }
    return policy;
  };
  keep<Namespace>("/api/v1/namespaces", orReport(toNamespace), (name, namespace) =>
    namespace === undefined ? compiler.deleteNamespace(name) : compiler.setNamespace(namespace),
  );
  const pods = keep<Pod>("/api/v1/pods", orReport(toPod), (key, pod) => {
    guests.setPod(key, pod);
    local.setPod(key, pod);
  });
  keep<NetworkPolicy>("/apis/networking.k8s.io/v1/networkpolicies", readPolicy, (key, policy) =>
    policy === undefined ? compiler.deletePolicy(key) : compiler.setPolicy(policy),
  );
  const nodes = keep<PlacedNode>("/api/v1/nodes", orReport(toPlacedNode), (name, placed) => {
    if (name === node)
      guests.setPodCidrs(placed?.podCidrs ?? [], () =>
        pods.values().map((pod) => [keyOf(pod), pod] as const),
      );
  });
  return {
    synced: Promise.all(reflectors.map(({ synced }) => synced)).then(() => undefined),
    done: Promise.all(reflectors.map(({ done }) => done)).then(() => undefined),
    subscribe: (listener) => void listeners.push(listener),
    changedSince: () => since,
    program: () => {
      since = undefined;
      return compiler.program();
    },
    livePods: () => compiler.livePods(),
    ownPods: () => compiler.livePodsOf(node),
    nodes: () => nodes.values(),
    podCidrs: () => nodes.get(node)?.podCidrs ?? [],
    guest: () => guests.first(),
    setCniEntries: (entries) => {
      since ??= performance.now();
      local.setEntries(entries);
      tell();
    },
  };
}

function nameOf(object: unknown): string {
  const metadata = (
    object as { readonly metadata?: { readonly namespace?: unknown; readonly name?: unknown } } | null
  )?.metadata;
  return (
    [metadata?.namespace, metadata?.name].filter((part) => typeof part === "string").join("/") ||
    "unnamed object"
  );
}
