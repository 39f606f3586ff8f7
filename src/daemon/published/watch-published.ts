import { setTimeout as sleep } from "node:timers/promises";
import { type Namespace, type Pod, type ObjectKey } from "../../core/cluster.ts";
import { PodDirectory } from "../../core/incremental/pod-directory.ts";
import { toNamespace } from "../../kube/schema/namespace.ts";
import { toPod } from "../../kube/schema/pod.ts";
import { collections as paths } from "../../kube/wire/api.ts";
import type { ClusterView, ClusterViewOptions } from "../cluster-view.ts";
import { Collections } from "../collections.ts";
import { LocalPods } from "../local-pods.ts";
import { orReport } from "../object-reader.ts";
import { type PlacedNode, toPlacedNode } from "../placed-node.ts";
import { type PublishedObject, type PublishedTrouble, readPublished } from "./published-object.ts";
import { PublishedProgram } from "./published-program.ts";
import type { Applied, PublishedState } from "./published-state.ts";
import { untilPublished } from "./until-published.ts";

export interface PublishedViewOptions extends ClusterViewOptions {
  /** Where the controllers' Lease is. */
  readonly namespace: string;
  /** What the controller tells this node of pods of others in its blocks. */
  readonly guest: {
    /** Fulfilled once that has been asked for. */
    readonly asked: Promise<void>;
    now(): ObjectKey | undefined;
  };
}

/** Milliseconds between two looks at whether new policies have found their groups, at the start. */
const LOOK = 20;

/**
 * The view of a node in a cluster that has a controller: policies and groups as they are published, and this node's own pods
 * as it knows them itself. Nothing is believed to be the whole before a controller has said that it once published the whole.
 */
export function watchPublished(options: PublishedViewOptions): ClusterView {
  const { node, signal } = options;
  const listeners: (() => void)[] = [];
  const published = new PublishedProgram();
  const directory = new PodDirectory();
  const local = new LocalPods(node, (key, pod) => directory.set(key, pod));
  let since: number | undefined;
  let missing = "waiting for the first whole view of the cluster";
  const change = (): void => {
    since ??= performance.now();
    for (const listener of listeners) listener();
  };
  const takePods = (): void => published.setPods(directory.onNode(node), performance.now());

  const collections = new Collections(options);
  const readable = orReport(options.onBadObject);
  collections.keep<Namespace>({
    path: "/api/v1/namespaces",
    read: readable(toNamespace),
    take: (name, namespace) => {
      published.setNamespace(name, namespace);
      change();
    },
  });
  collections.keep<Pod>({
    path: "/api/v1/pods",
    query: { fieldSelector: `spec.nodeName=${node}` },
    read: readable(toPod),
    take: (key, pod) => {
      local.setPod(key, pod);
      takePods();
      change();
    },
  });
  const nodes = collections.keep<PlacedNode>({
    path: "/api/v1/nodes",
    read: readable(toPlacedNode),
    take: (name, placed) => {
      if (name === node) published.setPodCidrs(placed?.podCidrs ?? []);
      change();
    },
  });

  /** The newest version of each collection that has been heard of; a program made now holds it. */
  const heard = { compiledPolicies: "0", addressGroups: "0" };
  let changes = 0;
  const follow = (
    collection: keyof Applied,
    take: (key: ObjectKey, object: PublishedObject | undefined) => boolean,
  ): void => {
    let isNew = false;
    collections.keep<PublishedObject>({
      path: paths[collection],
      read: readPublished,
      take: (key, object) => {
        if (!take(key, object)) return;
        isNew = true;
        since ??= performance.now();
      },
      // After the version is known, so that the pass that this asks for can tell of it.
      onVersion: (version) => {
        heard[collection] = version;
        if (!isNew) return;
        isNew = false;
        changes += 1;
        change();
      },
    });
  };

  const sync = async (): Promise<void> => {
    await Promise.all([collections.synced, options.guest.asked]);
    missing = "waiting for a controller to have published everything once";
    await untilPublished(options);
    missing = "waiting for the first whole view of what is published";
    follow("addressGroups", (name, object) => published.setSlice(name, object, performance.now()));
    follow("compiledPolicies", (key, object) => published.setPolicy(key, object, performance.now()));
    await collections.synced;
    missing = "waiting for the groups of new policies";
    // What stands in the kernel may know them: a first pass without them would open their pods.
    for (published.program(performance.now()); published.hasNewcomer; published.program(performance.now()))
      await sleep(LOOK, undefined, { signal });
  };
  const synced = sync();
  // Who waits for it hears of it; nobody needs to.
  synced.catch(() => undefined);

  let timer: NodeJS.Timeout | undefined;
  /** Has the next pass come by itself when something falls due. */
  const wake = (): void => {
    clearTimeout(timer);
    const due = published.nextDue();
    if (due === undefined || signal.aborted) return;
    timer = setTimeout(change, Math.max(0, due - performance.now()));
    timer.unref();
  };
  let told: readonly PublishedTrouble[] = [];
  let state: PublishedState = { applied: undefined, changes: 0, troubles: [] };
  return {
    synced,
    // Asked again when the first ones have ended: by then the others have begun, or never will.
    done: collections.done.then(() => collections.done),
    missing: () => missing,
    subscribe: (listener) => void listeners.push(listener),
    changedSince: () => since,
    program: () => {
      since = undefined;
      const program = published.program(performance.now());
      const troubles = published.troubles(performance.now());
      const applied = published.isWaiting ? state.applied : { ...heard };
      state = { applied, changes, troubles };
      told = tellTroubles(told, troubles, options);
      wake();
      return program;
    },
    published: () => state,
    livePods: () => published.pods(),
    ownPods: () => directory.onNode(node),
    nodes: () => nodes.values(),
    podCidrs: () => nodes.get(node)?.podCidrs ?? [],
    guest: () => options.guest.now(),
    setCniEntries: (entries) => {
      local.setEntries(entries);
      takePods();
      change();
    },
  };
}

/** Each trouble once, when it begins. */
function tellTroubles(
  before: readonly PublishedTrouble[],
  troubles: readonly PublishedTrouble[],
  { onBadObject }: ClusterViewOptions,
): readonly PublishedTrouble[] {
  const known = new Set(before.map(({ object, message }) => `${object} ${message}`));
  for (const { object, message } of troubles)
    if (!known.has(`${object} ${message}`)) onBadObject(object, [], message);
  return troubles;
}
