import type { Labels } from "../../../core/selector.ts";

/** Labels that controllers put on pods, other ones at each rollout or on each pod: no rule should hang on them. */
const MADE_BY_CONTROLLERS: ReadonlySet<string> = new Set([
  "pod-template-hash",
  "pod-template-generation",
  "controller-revision-hash",
  "statefulset.kubernetes.io/pod-name",
  "apps.kubernetes.io/pod-index",
  "controller-uid",
  "job-name",
  "batch.kubernetes.io/controller-uid",
  "batch.kubernetes.io/job-name",
  "batch.kubernetes.io/job-completion-index",
]);

/** The labels by which a pod, and those made alike, can be named for good. */
export const stableLabels = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => !MADE_BY_CONTROLLERS.has(key)));
