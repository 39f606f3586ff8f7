import { describe, expect, it } from "vitest";
import { keyOf } from "../../src/core/cluster.ts";
import { clusterFromManifests } from "../../src/kube/cluster-from-manifests.ts";
import { parsedManifests } from "../support/parsed-manifests.ts";
import { positionText, sourceProblemText } from "../../src/kube/files/source.ts";
import type { ManifestCluster } from "../../src/kube/manifest-cluster.ts";

const cluster = (...documents: string[]): ManifestCluster =>
  clusterFromManifests(parsedManifests("f.yaml", documents.join("\n---\n")));

const pods = (found: ManifestCluster): string[] => found.pods.map(keyOf);
const problems = (found: ManifestCluster): string[] => found.problems.map(sourceProblemText);
const warnings = (found: ManifestCluster): string[] => found.warnings.map(sourceProblemText);

/** `{name: web}` and more of a metadata, in one line. */
const pod = (metadata: string, rest = ""): string =>
  `{apiVersion: v1, kind: Pod, metadata: {${metadata}}${rest}}`;
const workload = (kind: string, metadata: string, spec = ""): string => {
  const group = kind === "ReplicationController" ? "v1" : kind.endsWith("Job") ? "batch/v1" : "apps/v1";
  return `{apiVersion: ${group}, kind: ${kind}, metadata: {${metadata}}, spec: {${spec}}}`;
};
const ownedBy = (kind: string, name: string): string =>
  `ownerReferences: [{apiVersion: apps/v1, kind: ${kind}, name: ${name}, uid: u, controller: true}]`;
const template = (label: string): string =>
  `template: {metadata: {labels: {app: ${label}}}, spec: {containers: [{name: c, ports: [{name: http, containerPort: 80}]}]}}`;

describe("what files leave out is supplied as a cluster would", () => {
  it("namespaces that are only named exist, and bear their names as labels; none is default", () => {
    const found = cluster(
      pod("name: a"),
      pod("name: b, namespace: shop"),
      "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: svc}}",
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: pol}}",
      "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: a, kubernetes.io/metadata.name: x}}}",
      "{apiVersion: v1, kind: Namespace, metadata: {name: empty}}",
    );
    const named = (name: string): object => ({ name, labels: { "kubernetes.io/metadata.name": name } });
    expect(found.namespaces).toEqual([
      named("default"),
      named("empty"),
      named("pol"),
      { name: "shop", labels: { team: "a", "kubernetes.io/metadata.name": "shop" } },
      named("svc"),
    ]);
    expect(problems(found)).toEqual([]);
    expect([...found.sources.namespaces.keys()]).toEqual(["shop", "empty"]);
  });

  it("a pod that never ran is there at an unknown address; one that a cluster knows has the addresses it has", () => {
    const found = cluster(
      pod("name: written"),
      pod("name: dry-run", ", status: {}"),
      pod("name: pending", ", status: {phase: Pending}"),
      pod("name: running", ", status: {phase: Running, podIP: 10.0.0.1}"),
    );
    expect(Object.fromEntries(found.pods.map(({ name, addresses }) => [name, addresses]))).toEqual({
      written: "unknown",
      "dry-run": "unknown",
      pending: [],
      running: [{ family: "IPv4", value: 0x0a000001n }],
    });
  });

  it("a workload is one entry, made from its template, whatever its replicas", () => {
    const found = cluster(
      workload("Deployment", "name: web, namespace: shop", `replicas: 0, ${template("web")}`),
      workload("CronJob", "name: tick", `jobTemplate: {spec: {${template("tick")}}}`),
    );
    expect(pods(found)).toEqual(["default/tick", "shop/web"]);
    expect(found.pods[1]).toEqual({
      namespace: "shop",
      name: "web",
      labels: { app: "web" },
      addresses: "unknown",
      ports: [{ name: "http", protocol: "TCP", port: 80 }],
      hostNetwork: false,
      finished: false,
      createdAt: 0,
    });
    expect(found.workloads.map(({ kind, replicas, podKey }) => [kind, replicas, podKey])).toEqual([
      ["Deployment", 0, "shop/web"],
      ["CronJob", 1, "default/tick"],
    ]);
    expect(found.sources.pods.get("shop/web")?.kind).toBe("Deployment");
  });
});

describe("owned pods and workloads are folded into their owner", () => {
  const running = (name: string, owner: string, ip: string): string =>
    pod(`name: ${name}, ${owner}`, `, status: {phase: Running, podIP: ${ip}}`);

  it("up to the top, and the entry has the addresses of them all", () => {
    const found = cluster(
      running("web-1-a", ownedBy("ReplicaSet", "web-1"), "10.0.0.1"),
      workload("ReplicaSet", `name: web-1, ${ownedBy("Deployment", "web")}`, template("web")),
      workload("Deployment", "name: web", template("web")),
      running("web-1-b", ownedBy("ReplicaSet", "web-1"), "10.0.0.2"),
      pod(`name: web-0-z, ${ownedBy("ReplicaSet", "web-1")}`, ", status: {phase: Failed}"),
    );
    expect(pods(found)).toEqual(["default/web"]);
    expect(found.pods[0]?.addresses).toEqual([
      { family: "IPv4", value: 0x0a000001n },
      { family: "IPv4", value: 0x0a000002n },
    ]);
    expect(found.workloads).toHaveLength(1);
  });

  it("whose addresses are unknown as long as one replica's is", () => {
    const found = cluster(
      workload("StatefulSet", "name: db", template("db")),
      running("db-0", ownedBy("StatefulSet", "db"), "10.0.0.1"),
      pod(`name: db-1, ${ownedBy("StatefulSet", "db")}`, ", status: {phase: Pending}"),
    );
    expect(found.pods).toMatchObject([{ name: "db", addresses: "unknown" }]);
  });

  it("but stand for themselves where the owner is not in the files, is elsewhere, or is a Node", () => {
    const found = cluster(
      running("web-1-a", ownedBy("ReplicaSet", "web-1"), "10.0.0.1"),
      running("etcd", ownedBy("Node", "n1"), "10.0.0.2"),
      running("other", ownedBy("Deployment", "web"), "10.0.0.3"),
      workload("Deployment", "name: web, namespace: elsewhere", template("web")),
    );
    expect(pods(found)).toEqual(["default/etcd", "default/other", "default/web-1-a", "elsewhere/web"]);
  });

  it("ends where owners go round", () => {
    const found = cluster(
      workload("ReplicaSet", `name: a, ${ownedBy("ReplicaSet", "b")}`),
      workload("ReplicaSet", `name: b, ${ownedBy("ReplicaSet", "a")}`),
    );
    expect(problems(found)).toEqual([]);
  });
});

describe("names that are borne twice", () => {
  it("by a pod and workloads: the pod keeps it, then the kinds in their order; none is lost", () => {
    const found = cluster(
      workload("Job", "name: web", template("job")),
      workload("Deployment", "name: web", template("deployment")),
      pod("name: web"),
    );
    expect(pods(found)).toEqual(["default/web", "default/web.deployment", "default/web.job"]);
    expect(warnings(found)).toEqual([
      "f.yaml:3:1: Deployment default/web: goes by default/web.deployment: default/web is the Pod of that name",
      "f.yaml:1:1: Job default/web: goes by default/web.job: default/web is the Pod of that name",
    ]);
    expect(problems(found)).toEqual([]);
  });

  it("by two objects of one kind: an error that names both places", () => {
    const found = cluster(
      pod("name: web"),
      pod("name: web, namespace: default"),
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}}",
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}}",
    );
    expect(problems(found)).toEqual([
      "f.yaml:3:1: Pod default/web: is there twice: here and at f.yaml:1:1",
      "f.yaml:7:1: NetworkPolicy default/p: is there twice: here and at f.yaml:5:1",
    ]);
  });
});

describe("what is wrong is told with its place", () => {
  it("in policies, as the API server judges new ones", () => {
    const found = cluster(`apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {}
  ingress:
  - from:
    - ipBlock:
        cidr: 10.0.0.0/8
        except:
        - 10.0.0.0/8
  - form: []
    from:
    - ipBlock: {cidr: 010.0.0.0/8}
`);
    expect(problems(found)).toEqual([
      'f.yaml:11:11: NetworkPolicy shop/web: spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
      'f.yaml:14:23: NetworkPolicy shop/web: spec.ingress[1].from[0].ipBlock.cidr: Invalid value: "010.0.0.0/8": must not have leading 0s in IP or prefix length',
    ]);
    expect(warnings(found)[0]).toBe(
      'f.yaml:12:11: NetworkPolicy shop/web: unknown field "spec.ingress[1].form"',
    );
    expect(found.policies).toHaveLength(1);
    expect(positionText(found.policies[0]?.source.source ?? { file: "" })).toBe("f.yaml:1:1");
  });

  it("in every other kind", () => {
    const found = cluster(
      pod("name: Web"),
      pod("name: a, labels: {version: 1.0}"),
      "{apiVersion: v1, kind: Namespace, metadata: {name: a.b}}",
      "{apiVersion: v1, kind: Service, metadata: {}}",
      workload("Deployment", "name: d", "replicas: two"),
      "{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: here}}",
    );
    expect(problems(found).map((text) => text.replace(/: a lowercase.*/, ""))).toEqual([
      'f.yaml:5:52: Namespace a.b: metadata.name: Invalid value: "a.b": must not contain dots',
      'f.yaml:11:72: Node n1: status.addresses: Invalid value: "here": must be a list',
      "f.yaml:7:43: Service default/(no name): metadata.name: Required value: name or generateName is required",
      'f.yaml:1:46: Pod default/Web: metadata.name: Invalid value: "Web"',
      "f.yaml:3:67: Pod default/a: metadata.labels.version: Invalid value: 1: must be a string: put it in quotes",
      'f.yaml:9:79: Deployment default/d: spec.replicas: Invalid value: "two": must be an integer',
    ]);
  });

  it("passes on what the files themselves have wrong, and what was ignored", () => {
    const found = cluster("{apiVersion: v1, kind: Secret}", "a: [");
    expect(problems(found)).toHaveLength(1);
    expect(found.ignored).toEqual(new Map([["Secret", 1]]));
  });
});
