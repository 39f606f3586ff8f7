import type { Namespace, Node, Pod } from "../core/cluster.ts";
import { Compiler } from "../core/incremental/compiler.ts";
import type { NetworkPolicy } from "../core/network-policy.ts";
import type { Program } from "../core/program.ts";
import type { KubeClient } from "../kube/client.ts";
import { importNetworkPolicy } from "../kube/import-network-policy.ts";
import { type Reflector, startReflector } from "../kube/reflector.ts";
import type { Parsed } from "../kube/schema/decode.ts";
import { toNamespace } from "../kube/schema/namespace.ts";
import { toNode } from "../kube/schema/node.ts";
import { toPod } from "../kube/schema/pod.ts";
import { type Listener, Store } from "../kube/store.ts";
import { problemText } from "../kube/validation/field-problem.ts";

export interface ClusterViewOptions {
  readonly client: KubeClient;
  readonly signal: AbortSignal;
  /** Told once of each interruption of a collection, and once when it is over. */
  readonly onTrouble: (trouble: string) => void;
  readonly onRecovery: (path: string) => void;
  /** An object that cannot be read whole; `consequence` says how it is treated. */
  readonly onBadObject: (object: string, problems: readonly string[], consequence: string) => void;
}

/** What the API server tells about the cluster, kept current, and compiled as it changes. */
export interface ClusterView {
  /** Fulfilled once every collection has been read whole. */
  readonly synced: Promise<void>;
  readonly done: Promise<void>;
  /** Has the listener told of every change from now on; it asks for the rest. */
  subscribe(listener: () => void): void;
  /** The program of the cluster as it was last told. */
  program(): Program;
  livePods(): Pod[];
  nodes(): Node[];
}

export function watchCluster(options: ClusterViewOptions): ClusterView {
  const { client, signal, onTrouble, onRecovery, onBadObject } = options;
  const reflectors: Reflector[] = [];
  const listeners: (() => void)[] = [];
  const compiler = new Compiler();
  const keep = <T>(path: string, read: (object: unknown) => T | undefined, take: Listener<T>): Store<T> => {
    const store = new Store<T>((key, item) => {
      take(key, item);
      listeners.forEach((listener) => listener());
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
  keep<Pod>("/api/v1/pods", orReport(toPod), (key, pod) =>
    pod === undefined ? compiler.deletePod(key) : compiler.setPod(pod),
  );
  keep<NetworkPolicy>("/apis/networking.k8s.io/v1/networkpolicies", readPolicy, (key, policy) =>
    policy === undefined ? compiler.deletePolicy(key) : compiler.setPolicy(policy),
  );
  const nodes = keep<Node>("/api/v1/nodes", orReport(toNode), () => undefined);
  return {
    synced: Promise.all(reflectors.map(({ synced }) => synced)).then(() => undefined),
    done: Promise.all(reflectors.map(({ done }) => done)).then(() => undefined),
    subscribe: (listener) => void listeners.push(listener),
    program: () => compiler.program(),
    livePods: () => compiler.livePods(),
    nodes: () => nodes.values(),
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
