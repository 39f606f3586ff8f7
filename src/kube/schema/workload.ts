import * as z from "zod/mini";
import { type Parsed, decode, parsed, unparsed } from "./decode.ts";
import { identityOf, noName } from "./identity.ts";
import { toLabels } from "./label-selector.ts";
import { type ObjectMetaWire, objectMetaSchema } from "./object-meta.ts";
import {
  type ContainerPort,
  type PodSpecWire,
  containerPorts,
  podSpecProblems,
  podSpecSchema,
} from "./pod-spec.ts";
import { int32, maybe } from "./wire.ts";
import type { FieldPath } from "../validation/field-path.ts";
import { labels as labelProblems } from "../validation/labels.ts";

/** Kinds that make pods, in the order in which they may keep a name that several of them bear. */
export const workloadKinds = [
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "ReplicationController",
  "Job",
  "CronJob",
] as const;

export type WorkloadKind = (typeof workloadKinds)[number];

export const isWorkloadKind = (kind: string): kind is WorkloadKind =>
  workloadKinds.some((known) => known === kind);

/** What a workload's pods are made from. */
export interface PodTemplate {
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly ContainerPort[];
  readonly hostNetwork: boolean;
  /** `spec.nodeName`: the node that the template insists on. */
  readonly node?: string | undefined;
}

export interface WorkloadObject {
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
  /** How many pods there are at a time: replicas, or a Job's parallelism; a DaemonSet has one on each node. */
  readonly replicas: number | "per-node";
  readonly template: PodTemplate;
  readonly metadata: ObjectMetaWire;
}

const templateSchema = z.object({ metadata: maybe(objectMetaSchema), spec: maybe(podSpecSchema) });
const jobSpecSchema = z.object({ parallelism: maybe(int32), template: maybe(templateSchema) });

const workloadSchema = z.object({
  metadata: maybe(objectMetaSchema),
  spec: maybe(
    z.object({
      replicas: maybe(int32),
      parallelism: maybe(int32),
      template: maybe(templateSchema),
      jobTemplate: maybe(z.object({ spec: maybe(jobSpecSchema) })),
    }),
  ),
});

type WorkloadSpecWire = NonNullable<z.output<typeof workloadSchema>["spec"]>;

/** Reads any kind of workload. */
export function toWorkload(kind: WorkloadKind, raw: unknown): Parsed<WorkloadObject> {
  const wire = decode(workloadSchema, raw, []);
  if (!wire.ok) return wire;
  const metadata = wire.value.metadata ?? {};
  const spec = wire.value.spec ?? {};
  const identity = identityOf(metadata);
  const template = (kind === "CronJob" ? spec.jobTemplate?.spec?.template : spec.template) ?? {};
  const path: FieldPath =
    kind === "CronJob" ? ["spec", "jobTemplate", "spec", "template"] : ["spec", "template"];
  const podSpec = template.spec ?? {};
  const problems = [
    ...(identity === undefined ? [noName()] : []),
    ...labelProblems([...path, "metadata", "labels"], template.metadata?.labels ?? {}),
    ...podSpecProblems([...path, "spec"], podSpec),
  ];
  if (identity === undefined || problems.length > 0) return unparsed(problems);
  return parsed({
    kind,
    ...identity,
    replicas: replicasOf(kind, spec),
    template: podTemplate(toLabels(template.metadata?.labels), podSpec),
    metadata,
  });
}

const podTemplate = (labels: PodTemplate["labels"], spec: PodSpecWire): PodTemplate => ({
  labels,
  ports: containerPorts(spec),
  hostNetwork: spec.hostNetwork === true,
  ...(spec.nodeName && { node: spec.nodeName }),
});

function replicasOf(kind: WorkloadKind, spec: WorkloadSpecWire): number | "per-node" {
  switch (kind) {
    case "DaemonSet":
      return "per-node";
    case "Deployment":
    case "StatefulSet":
    case "ReplicaSet":
    case "ReplicationController":
      return spec.replicas ?? 1;
    case "Job":
      return spec.parallelism ?? 1;
    case "CronJob":
      return spec.jobTemplate?.spec?.parallelism ?? 1;
  }
}
