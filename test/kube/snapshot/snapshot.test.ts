import * as fc from "fast-check";
import { parseAllDocuments } from "yaml";
import { formatCidr, parseCidr } from "../../../src/core/cidr.ts";
import { describe, expect, it } from "vitest";
import { type Cluster, compile } from "../../../src/core/compile.ts";
import type { Program } from "../../../src/core/program.ts";
import { clusterFromManifests } from "../../../src/kube/cluster-from-manifests.ts";
import type { ManifestSet } from "../../../src/kube/files/manifest-set.ts";
import { parsedManifests } from "../../support/parsed-manifests.ts";
import { snapshotOf } from "../../../src/kube/snapshot/snapshot.ts";
import { snapshotYaml } from "../../../src/kube/snapshot/snapshot-yaml.ts";
import type { ManifestCluster } from "../../../src/kube/manifest-cluster.ts";
import { writtenClusterArbitrary } from "../../support/cluster-arbitrary.ts";
import { manifests } from "../../support/manifests.ts";
import { SEARCH_TIMEOUT, search } from "../../support/search.ts";
import { must } from "../../support/must.ts";

const programOf = ({ namespaces, pods, policies }: ManifestCluster): Program =>
  compile({ namespaces, pods, policies: policies.map(({ policy }) => policy) });

/** All that questions are answered from; where it was written is another matter. */
const askable = (set: ManifestSet): unknown => {
  const cluster = clusterFromManifests(set);
  expect(cluster.problems).toEqual([]);
  const { namespaces, pods, nodes, services, endpointSlices, workloads, folded } = cluster;
  const unsourced = workloads.map((workload) => ({ ...workload, source: undefined }));
  return {
    program: programOf(cluster),
    namespaces,
    pods,
    nodes,
    services,
    endpointSlices,
    unsourced,
    folded,
  };
};

const both = (set: ManifestSet): string[] => [
  snapshotYaml(snapshotOf(set)),
  JSON.stringify(snapshotOf(set), undefined, 2),
];

/** What the API server would take: rules that cannot be written down are left out, and blocks have no host bits. */
function written(cluster: Cluster): string {
  const policies = cluster.policies.filter(({ spec }) => {
    if (spec === "invalid") return false;
    const rules = [...(spec.ingress ?? []), ...(spec.egress ?? [])];
    return rules.every((rule) => rule !== "invalid" && !JSON.stringify(rule).includes("{}"));
  });
  const block = (text: string): string => {
    const cidr = text.includes("/") ? parseCidr(text) : undefined;
    return cidr === undefined ? text : formatCidr(cidr);
  };
  return parseAllDocuments(manifests({ ...cluster, policies }))
    .map((document) =>
      JSON.stringify(document.toJS(), (key, value: unknown) => {
        if (key === "status" && JSON.stringify(value).includes("unknown")) return undefined;
        return typeof value === "string" ? block(value) : value;
      }),
    )
    .join("\n---\n");
}

it(
  "a snapshot compiles to the same program as what it was taken of",
  () => {
    const cases = writtenClusterArbitrary.map(written);
    search("snapshots", { cases, inTest: 120 }, (text) => {
      const set = parsedManifests("source.yaml", text);
      if (clusterFromManifests(set).problems.length > 0) return 0;
      const whole = askable(set);
      for (const text of both(set)) expect(askable(parsedManifests("snapshot", text))).toEqual(whole);
      return 2;
    });
  },
  SEARCH_TIMEOUT,
);

it("keeps texts texts, whatever Kubernetes would read without quotes", () => {
  const text = fc.oneof(
    fc.constantFrom(
      "yes",
      "no",
      "on",
      "y",
      "~",
      "null",
      "0777",
      "0o17",
      "1_000",
      "1e3",
      ".inf",
      "0x1f",
      "",
      "<<",
      "-",
    ),
    fc.string(),
  );
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.integer(),
      fc.boolean(),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(text, tie("value"), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).value;
  fc.assert(
    fc.property(fc.dictionary(text, value, { maxKeys: 3, noNullPrototype: true }), (spec) => {
      const written = snapshotYaml({ apiVersion: "v1", kind: "Pod", metadata: {}, spec });
      const set = parsedManifests("snapshot.yaml", written);
      expect(set.problems).toEqual([]);
      expect(must(set.objects[0]).raw["spec"]).toEqual(spec);
    }),
    { numRuns: 300 },
  );
});

describe("nothing secret survives", () => {
  const SECRET = "hunter2";
  const container = `{name: c, image: registry/${SECRET}, command: [${SECRET}], args: [--token=${SECRET}], workingDir: /${SECRET},
      env: [{name: ${SECRET}, value: ${SECRET}}], envFrom: [{secretRef: {name: ${SECRET}}}],
      volumeMounts: [{name: ${SECRET}, mountPath: /x}], livenessProbe: {httpGet: {path: /${SECRET}, port: 80}},
      lifecycle: {postStart: {exec: {command: [${SECRET}]}}}, ports: [{name: http, containerPort: 80}]}`;
  const podSpec = `{nodeName: n1, serviceAccountName: ${SECRET}, imagePullSecrets: [{name: ${SECRET}}],
    volumes: [{name: v, secret: {secretName: ${SECRET}}}], containers: [${container}],
    initContainers: [{name: i, restartPolicy: Always, env: [{name: A, value: ${SECRET}}], ports: [{containerPort: 81}]}],
    ephemeralContainers: [${container}], hostAliases: [{ip: 1.2.3.4, hostnames: [${SECRET}]}]}`;
  const meta = (name: string): string =>
    `{name: ${name}, namespace: shop, labels: {app: web}, annotations: {kubectl.kubernetes.io/last-applied-configuration: ${SECRET}},
    managedFields: [{manager: ${SECRET}}], finalizers: [${SECRET}/x], uid: ${SECRET}, selfLink: ${SECRET}, resourceVersion: "1"}`;
  const object = (apiVersion: string, kind: string, rest: string): string =>
    `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: ${meta(kind.toLowerCase())}\n${rest}\n`;
  const template = `{metadata: {labels: {app: web}, annotations: {a: ${SECRET}}}, spec: ${podSpec}}`;
  const text = [
    object(
      "v1",
      "Pod",
      `spec: ${podSpec}\nstatus: {phase: Running, podIP: 10.0.0.1, message: ${SECRET}, hostIP: 1.1.1.1, conditions: [{message: ${SECRET}}]}`,
    ),
    object(
      "apps/v1",
      "Deployment",
      `spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: ${template}}\nstatus: {x: ${SECRET}}`,
    ),
    object(
      "batch/v1",
      "CronJob",
      `spec: {schedule: ${SECRET}, jobTemplate: {metadata: {annotations: {a: ${SECRET}}}, spec: {template: ${template}}}}`,
    ),
    object(
      "v1",
      "Service",
      `spec: {selector: {app: web}, externalName: ${SECRET}, ports: [{port: 80, targetPort: http, appProtocol: ${SECRET}}]}`,
    ),
    object(
      "discovery.k8s.io/v1",
      "EndpointSlice",
      `addressType: IPv4\nendpoints: [{addresses: [10.0.0.1], hostname: ${SECRET}, targetRef: {uid: ${SECRET}}}]\nports: [{port: 80}]`,
    ),
    object("networking.k8s.io/v1", "NetworkPolicy", "spec: {podSelector: {}, ingress: [{}]}"),
    `---\napiVersion: v1\nkind: Node\nmetadata: {name: n1, labels: {l: ${SECRET}}, annotations: {a: ${SECRET}}}\nspec: {podCIDR: 10.0.0.0/24, providerID: ${SECRET}}\nstatus: {addresses: [{type: InternalIP, address: 1.1.1.1}], images: [{names: [${SECRET}]}], nodeInfo: {machineID: ${SECRET}}}`,
    `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: shop}, annotations: {a: ${SECRET}}}`,
    `---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: ${SECRET}}\n`,
    `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: s}\ndata: {a: ${SECRET}}\n`,
  ].join("\n");

  it("and pods stay with the workload that owns them", () => {
    const owner = (kind: string): string =>
      `ownerReferences: [{apiVersion: apps/v1, kind: ${kind}, name: w, uid: u, controller: true, blockOwnerDeletion: true}]`;
    const source = `apiVersion: apps/v1
kind: Deployment
metadata: {name: w, namespace: shop, uid: u}
spec: {template: {metadata: {labels: {app: web}}}}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: w, namespace: shop, ${owner("Deployment")}}
spec: {template: {metadata: {labels: {app: web}}}}
---
apiVersion: v1
kind: Pod
metadata: {name: w-1, namespace: shop, creationTimestamp: "2026-01-01T00:00:00Z", ${owner("ReplicaSet")}}
spec: {nodeName: n1}
status: {phase: Running, podIP: 10.0.0.1}
`;
    const set = parsedManifests("source.yaml", source);
    expect(clusterFromManifests(set).pods).toHaveLength(1);
    for (const text of both(set)) expect(askable(parsedManifests("snapshot", text))).toEqual(askable(set));
  });

  it("of what is planted in every field that Selvedge does not read", () => {
    const set = parsedManifests("source.yaml", text);
    const whole = askable(set);
    for (const written of both(set)) {
      expect(written).not.toContain(SECRET);
      expect(written).toContain("http");
      const again = askable(parsedManifests("snapshot", written));
      // A pod's uid tells nobody anything who asks a file.
      const anonymous = JSON.parse(
        JSON.stringify(whole, bigintText).replaceAll(`"uid":"${SECRET}",`, ""),
      ) as unknown;
      expect(JSON.parse(JSON.stringify(again, bigintText))).toEqual(JSON.parse(JSON.stringify(anonymous)));
    }
  });
});

const bigintText = (_key: string, value: unknown): unknown =>
  typeof value === "bigint" ? String(value) : value instanceof Map ? [...value] : value;
