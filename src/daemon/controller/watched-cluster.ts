import type { ObjectKey } from "../../core/cluster.ts";
import type { Standing } from "../../kube/publish/intent.ts";
import type { ByKey, Published } from "../../kube/publish/plan-publication.ts";
import { collections as paths } from "../../kube/wire/api.ts";
import type { EnforcerNodeStatus } from "../../kube/wire/enforcer-node.ts";
import { Collections, type CollectionsOptions } from "../collections.ts";
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
  const declared = watchDeclared(collections, onChange);
  const policies = new StandingPolicies();
  const groups = new Map<string, Standing>();
  const versions: { -readonly [each in keyof Versions]: Versions[each] } = {};
  collections.keep<StandingPolicy>({
    path: paths.compiledPolicies,
    read: readStandingPolicy,
    onVersion: (version) => (versions.compiledPolicies = version),
    take: (key, policy) => {
      policies.take(key, policy);
      onChange();
    },
  });
  collections.keep<Standing>({
    path: paths.addressGroups,
    read: readStandingGroup,
    onVersion: (version) => (versions.addressGroups = version),
    take: (key, group) => {
      if (group === undefined) groups.delete(key);
      else groups.set(key, group);
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
      onChange();
    },
  });
  return {
    synced: collections.synced,
    done: collections.done,
    declared,
    standing: () => ({ compiledPolicies: policies.all, addressGroups: groups }),
    versions: () => versions,
    policies: policies.all,
    takePolicy: (key, raw) => policies.takeAhead(key, readStandingPolicy(raw)),
    enforcer: (node) => enforcers.get(node)?.status,
    enforcers,
  };
}
