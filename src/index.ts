/**
 * Selvedge as a library: what NetworkPolicies mean, as plain functions over readonly data. The enforcer and the command
 * line ask the same functions. `docs/library.md` is the tour.
 *
 * All of it is pure but for `loadCluster`, which reads files.
 */

// From manifests to a program.
export { type LoadedCluster, ManifestError, loadCluster, parseCluster } from "./library/load-cluster.ts";
export { type SourcePosition, type SourceProblem, sourceProblemText } from "./kube/files/source.ts";

// From values to a program.
export { type Cluster, compile } from "./core/compile.ts";
export {
  type NamedPort,
  type Namespace,
  type Node,
  type ObjectKey,
  type Pod,
  keyOf,
} from "./core/cluster.ts";
export type {
  EgressRule,
  IPBlock,
  IngressRule,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from "./core/network-policy.ts";
export type { LabelSelector, LabelSelectorRequirement, Labels } from "./core/selector.ts";
export type { Program } from "./core/program.ts";

// Who is asked about.
export { type Answer, type End, podEnd } from "./core/end.ts";
export { type AddressBook, addressBook } from "./core/address-book.ts";
export { livePods } from "./core/live-pods.ts";
export type { Party } from "./analysis/party.ts";

// Questions.
export { reach } from "./analysis/reach.ts";
export {
  type Bounds,
  type Connection,
  type Judgement,
  type RuleBounds,
  type Side,
  type Verdict,
  evaluate,
  judge,
} from "./core/evaluate.ts";
export { type Direction, type RuleId, ruleIdText } from "./core/policy.ts";
export { type CanAnswer, type CanQuestion, can } from "./analysis/can.ts";
export { type Answered, explain } from "./analysis/explain/explain.ts";
export type { ExplainInput, WrittenPolicy } from "./analysis/explain/explain-input.ts";
export type { Explanation, Miss, RuleExplanation, SideExplanation } from "./analysis/explain/explanation.ts";
export type { Suggestion } from "./analysis/explain/suggest/suggestion.ts";
export { applySuggestion } from "./analysis/explain/suggest/apply-suggestion.ts";
export {
  type AllowedTraffic,
  type ConnectivityMap,
  type MapEntry,
  connectivityMap,
} from "./analysis/connectivity-map.ts";
export type { ClustersDiff, DiffOptions } from "./analysis/diff/clusters-diff.ts";
export type { Edit } from "./analysis/diff/edit.ts";
export type { DiffChange, EndGroup } from "./analysis/diff/grouped.ts";
export type { ChangeKind } from "./analysis/diff/pair-changes.ts";
export { diffClusters } from "./library/diff-clusters.ts";
export type { IntentFailure, IntentOutcome } from "./analysis/intents/intent-report.ts";
export type { Checked } from "./library/intents/checked.ts";
export { type WrittenIntent, testIntent } from "./library/intents/test-intent.ts";
export type { MapEnd } from "./analysis/map/map-end.ts";
export { type WorldBlock, worldBlocks } from "./analysis/map/world-blocks.ts";

// Addresses.
export { type Address, type Family, families, formatAddress, parseAddress } from "./core/address.ts";
export { type Cidr, formatCidr, parseCidr } from "./core/cidr.ts";
export { type AddressSet, addressSet, containsAddress } from "./core/address-set.ts";

// Traffic.
export type { Interval, IntervalSet } from "./core/intervals.ts";
export {
  type Flow,
  type Protocol,
  type Traffic,
  allTraffic,
  containsFlow,
  equalTraffic,
  formatPorts,
  intersectTraffic,
  isNoTraffic,
  isTrafficSubset,
  noTraffic,
  portRange,
  protocols,
  subtractTraffic,
  trafficOf,
  unionTraffic,
} from "./core/traffic.ts";
