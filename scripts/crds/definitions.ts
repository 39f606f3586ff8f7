import type * as z from "zod/mini";
import { addressGroupSpec } from "../../src/kube/wire/address-group.ts";
import { API_GROUP } from "../../src/kube/wire/api.ts";
import { compiledPolicyStatus } from "../../src/kube/wire/compiled-policy-status.ts";
import { compiledPolicySpec } from "../../src/kube/wire/compiled-policy.ts";
import type { CelRule } from "../../src/kube/wire/crd-notes.ts";
import { enforcerNodeSpec, enforcerNodeStatus } from "../../src/kube/wire/enforcer-node.ts";
import { structural } from "./structural.ts";

interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "date" | "boolean";
  readonly jsonPath: string;
  readonly description: string;
  /** 1: only with `-o wide`. */
  readonly priority?: number;
}

interface Kind {
  readonly kind: string;
  readonly plural: string;
  readonly shortName: string;
  readonly scope: "Namespaced" | "Cluster";
  readonly description: string;
  readonly spec: z.core.$ZodType;
  /** Without which no object is taken. */
  readonly required: readonly string[];
  readonly status?: z.core.$ZodType;
  /** What names are like: the API server takes no rule over one that may be of any length. */
  readonly name?: { readonly maxLength: number; readonly pattern: string };
  /** About the object as a whole. */
  readonly rules?: readonly CelRule[];
  readonly columns: readonly Column[];
}

const age: Column = {
  name: "Age",
  type: "date",
  jsonPath: ".metadata.creationTimestamp",
  description: "Since its creation.",
};

const conditionColumn = (type: string, description: string): Column => ({
  name: type,
  type: "string",
  jsonPath: `.status.conditions[?(@.type=="${type}")].status`,
  description,
});

const kinds: readonly Kind[] = [
  {
    kind: "CompiledPolicy",
    plural: "compiledpolicies",
    shortName: "cpol",
    scope: "Namespaced",
    description:
      "What Selvedge made of the NetworkPolicy of the same name. Written by the controller; do not edit.",
    spec: compiledPolicySpec,
    required: ["spec"],
    status: compiledPolicyStatus,
    columns: [
      conditionColumn("Compiled", "Whether all of the NetworkPolicy could be read."),
      conditionColumn("Enforced", "Whether every node that is concerned enforces it."),
      {
        name: "Nodes",
        type: "string",
        jsonPath: '.status.conditions[?(@.type=="Enforced")].message',
        description: "How many nodes enforce it, of those that are concerned.",
      },
      age,
    ],
  },
  {
    kind: "AddressGroup",
    plural: "addressgroups",
    shortName: "agrp",
    scope: "Cluster",
    description:
      "A slice of the pods that some policies name as peers. Written by the controller; do not edit.",
    spec: addressGroupSpec,
    required: ["spec"],
    name: { maxLength: 32, pattern: "^[a-z2-7]{24}-(0|[1-9][0-9]{0,5})$" },
    rules: [
      {
        // `string(self.spec.slice)` would be shorter, and beyond what the API server lets a rule cost.
        rule: "self.metadata.name.startsWith(self.spec.group) && int(self.metadata.name.substring(25)) == self.spec.slice",
        message: "the name must be spec.group, a dash and spec.slice",
      },
    ],
    columns: [
      { name: "Slice", type: "integer", jsonPath: ".spec.slice", description: "From 0." },
      { name: "Slices", type: "integer", jsonPath: ".spec.slices", description: "Of the group." },
      {
        name: "Namespace",
        type: "string",
        jsonPath: ".spec.namespace",
        description: "Whose pods; none: by a selector.",
        priority: 1,
      },
      age,
    ],
  },
  {
    kind: "EnforcerNode",
    plural: "enforcernodes",
    shortName: "enode",
    scope: "Cluster",
    description: "The enforcer of the node of the same name, and how far it is. Written by the enforcer.",
    spec: enforcerNodeSpec,
    required: [],
    status: enforcerNodeStatus,
    columns: [
      {
        name: "Ready",
        type: "boolean",
        jsonPath: ".status.ready",
        description: "All of it stands in the kernel.",
      },
      { name: "Version", type: "string", jsonPath: ".status.version", description: "Of Selvedge." },
      { name: "Backend", type: "string", jsonPath: ".status.backend", description: "Which iptables." },
      {
        name: "Start Gate",
        type: "string",
        jsonPath: ".status.startGate",
        description: "Pods to come.",
        priority: 1,
      },
      { name: "Heartbeat", type: "date", jsonPath: ".status.heartbeat", description: "When it last wrote." },
      { name: "Message", type: "string", jsonPath: ".status.message", description: "Why not ready." },
    ],
  },
];

const part = (
  schema: z.core.$ZodType | undefined,
  name: "spec" | "status",
): Readonly<Record<string, unknown>> => (schema === undefined ? {} : { [name]: structural(schema) });

function definition(kind: Kind): Readonly<Record<string, unknown>> {
  const { plural, shortName, scope, description, spec, required, status, name, rules, columns } = kind;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${API_GROUP}`, labels: { "app.kubernetes.io/part-of": "selvedge" } },
    spec: {
      group: API_GROUP,
      scope,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural,
        singular: kind.kind.toLowerCase(),
        shortNames: [shortName],
        categories: ["selvedge"],
      },
      versions: [
        {
          name: "v1alpha1",
          served: true,
          storage: true,
          additionalPrinterColumns: columns,
          schema: {
            openAPIV3Schema: {
              description,
              type: "object",
              ...(required.length > 0 && { required }),
              properties: {
                apiVersion: { type: "string" },
                kind: { type: "string" },
                metadata: {
                  type: "object",
                  ...(name !== undefined && { properties: { name: { type: "string", ...name } } }),
                },
                ...part(spec, "spec"),
                ...part(status, "status"),
              },
              ...(rules !== undefined && { "x-kubernetes-validations": rules }),
            },
          },
          ...(status !== undefined && { subresources: { status: {} } }),
        },
      ],
    },
  };
}

/** Every CustomResourceDefinition, by the name of its file. */
export const definitions: ReadonlyMap<string, Readonly<Record<string, unknown>>> = new Map(
  kinds.map((kind) => [`${API_GROUP}_${kind.plural}.yaml`, definition(kind)]),
);
