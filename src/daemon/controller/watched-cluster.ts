import type { ObjectKey } from "../../core/cluster.ts";
import type { Standing } from "../../kube/publish/intent.ts";
import type { ByKey, Published } from "../../kube/publish/plan-publication.ts";
import { collections as paths } from "../../kube/wire/api.ts";
import type { EnforcerNodeStatus } from "../../kube/wire/enforcer-node.ts";
import { Collections, type CollectionsOptions } from "../collections.ts";
import { Changed } from "./changed.ts";
import type { Versions } from "./publisher.ts";
import { type Declared, watchDeclared } from "./declared.ts";
import {
  type StandingEnforcer,
  type StandingPolicy,
  StandingPolicies,
  readEnforcerNode,
  readStandingGroup,
  readStandingPolicy,
} from "./standing-objects.ts";

/** All that a controller knows, and has it from watches: what users declare, what is published, how far the nodes are. */
export interface WatchedCluster {
  readonly synced: Promise<void>;
  readonly done: Promise<void>;
  readonly declared: Declared;
  /** What is published, by key. */
  standing(): Readonly<Record<Published, ByKey<Standing>>>;
  /** The versions of those collections that the watches have reached. */
  versions(): Versions;
  /** Fulfilled when the watches have told more of those collections. */
  more(): Promise<void>;
  /** What has changed since somebody last found it to be as it should. */
  readonly changed: Changed;
  readonly policies: ByKey<StandingPolicy>;
  /** Takes the answer to a write of a policy's status, ahead of the watch. */
  takePolicy(key: ObjectKey, raw: unknown): void;
  /** By the node's name. */
  enforcer(node: string): EnforcerNodeStatus | undefined;
  /** All that are there, by the node's name. */
  readonly enforcers: ReadonlyMap<string, StandingEnforcer>;
}

/** Follows all of it; `onChange` after each change. */
export function watchForController(options: CollectionsOptions, onChange: () => void): WatchedCluster {
  const collections = new Collections(options);
  const changed = new Changed();
  const declared = watchDeclared(collections, changed, onChange);
  const policies = new StandingPolicies();
  const groups = new Map<string, Standing>();
  const versions: { -readonly [each in keyof Versions]: Versions[each] } = {};
  let more = Promise.withResolvers<void>();
  const reached = (collection: keyof Versions, version: string): void => {
    versions[collection] = version;
    more.resolve();
    more = Promise.withResolvers<void>();
  };
  collections.keep<StandingPolicy>({
    path: paths.compiledPolicies,
    read: readStandingPolicy,
    onVersion: (version) => reached("compiledPolicies", version),
    take: (key, policy) => {
      policies.take(key, policy);
      changed.compiledPolicies.add(key);
      changed.statuses.add(key);
      onChange();
    },
  });
  collections.keep<Standing>({
    path: paths.addressGroups,
    read: readStandingGroup,
    onVersion: (version) => reached("addressGroups", version),
    take: (key, group) => {
      if (group === undefined) groups.delete(key);
      else groups.set(key, group);
      changed.addressGroups.add(key);
      onChange();
    },
  });
  const enforcers = new Map<string, StandingEnforcer>();
  collections.keep<StandingEnforcer>({
    path: paths.enforcerNodes,
    read: readEnforcerNode,
    take: (node, enforcer) => {
      if (enforcer === undefined) enforcers.delete(node);
      else enforcers.set(node, enforcer);
      changed.heardOf(node);
      onChange();
    },
  });
  return {
    synced: collections.synced,
    done: collections.done,
    declared,
    standing: () => ({ compiledPolicies: policies.all, addressGroups: groups }),
    versions: () => versions,
    more: () => more.promise,
    changed,
    policies: policies.all,
    takePolicy: (key, raw) => policies.takeAhead(key, readStandingPolicy(raw)),
    enforcer: (node) => enforcers.get(node)?.status,
    enforcers,
  };
}
