import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toNamespace } from "../../../src/kube/schema/namespace.ts";
import { toNode, toPodCidrs } from "../../../src/kube/schema/node.ts";
import { toPod } from "../../../src/kube/schema/pod.ts";
import { toService } from "../../../src/kube/schema/service.ts";
import { toWorkload, workloadKinds } from "../../../src/kube/schema/workload.ts";
import { problemText } from "../../../src/kube/validation/field-problem.ts";

describe("a Namespace", () => {
  it("bears its name as a label, whatever its manifest says", () => {
    const labels = { team: "a", "kubernetes.io/metadata.name": "other" };
    expect(toNamespace({ metadata: { name: "shop", labels } })).toEqual({
      ok: true,
      value: { name: "shop", labels: { team: "a", "kubernetes.io/metadata.name": "shop" } },
    });
  });
});

describe("a Node", () => {
  it("has its internal and external addresses, and its pods' CIDRs apart", () => {
    const raw = {
      metadata: { name: "n1" },
      spec: { podCIDR: "10.244.0.0/24", podCIDRs: ["10.244.0.0/24", "fd00::/64"] },
      status: {
        addresses: [
          { type: "InternalIP", address: "192.0.2.1" },
          { type: "Hostname", address: "192.0.2.9" },
          { type: "ExternalIP", address: "not an address" },
          { type: "ExternalIP", address: "::1" },
        ],
      },
    };
    expect(toNode(raw)).toEqual({
      ok: true,
      value: {
        name: "n1",
        addresses: [
          { family: "IPv4", value: 0xc0000201n },
          { family: "IPv6", value: 1n },
        ],
      },
    });
    expect(toPodCidrs(raw)).toMatchObject({
      ok: true,
      value: [
        { family: "IPv4", length: 24 },
        { family: "IPv6", length: 64 },
      ],
    });
    expect(toPodCidrs({ metadata: { name: "n2" }, spec: { podCIDR: "10.0.0.0/24" } })).toMatchObject({
      value: [{ length: 24 }],
    });
    expect(toPodCidrs({})).toEqual({ ok: true, value: [] });
  });
});

describe("a Service", () => {
  const metadata = { namespace: "shop", name: "api" };

  it("says where packets go", () => {
    const raw = {
      metadata,
      spec: {
        type: "NodePort",
        selector: { app: "api" },
        ports: [
          { port: 80, targetPort: "http", nodePort: 30080, name: "web" },
          { port: 53, protocol: "UDP", targetPort: 5353 },
          { port: 443 },
        ],
        clusterIP: "10.96.0.1",
        clusterIPs: ["10.96.0.1", "fd00::1"],
        externalTrafficPolicy: "Local",
      },
    };
    expect(toService(raw)).toMatchObject({
      ok: true,
      value: {
        ...metadata,
        type: "NodePort",
        selector: { app: "api" },
        ports: [
          { name: "web", protocol: "TCP", port: 80, targetPort: "http", nodePort: 30080 },
          { protocol: "UDP", port: 53, targetPort: 5353 },
          { protocol: "TCP", port: 443, targetPort: 443 },
        ],
        clusterIPs: [{ family: "IPv4" }, { family: "IPv6" }],
        externalTrafficPolicy: "Local",
      },
    });
  });

  it("has defaults, and may have no selector or no address", () => {
    expect(toService({ metadata, spec: { clusterIP: "None" } })).toEqual({
      ok: true,
      value: {
        ...metadata,
        type: "ClusterIP",
        selector: undefined,
        ports: [],
        clusterIPs: "None",
        externalTrafficPolicy: "Cluster",
      },
    });
  });

  it("says all that is wrong at once", () => {
    const spec = { type: "Cluster", ports: [{ port: 0, protocol: "HTTP" }], clusterIPs: ["x"] };
    const service = toService({ spec });
    expect(service.ok ? [] : service.problems.map(problemText)).toEqual([
      "metadata.name: Required value: name or generateName is required",
      'spec.type: Unsupported value: "Cluster": supported values: "ClusterIP", "NodePort", "LoadBalancer", "ExternalName"',
      'spec.ports[0].protocol: Unsupported value: "HTTP": supported values: "TCP", "UDP", "SCTP"',
      "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
      'spec.clusterIPs: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ]);
  });
});

describe("a workload", () => {
  const template = {
    metadata: { labels: { app: "a" } },
    spec: { containers: [{ name: "c", ports: [{ containerPort: 80, hostPort: 8080 }] }] },
  };

  it.each([
    ["Deployment", { template }, 1],
    ["Deployment", { replicas: 3, template }, 3],
    ["StatefulSet", { replicas: 0, template }, 0],
    ["DaemonSet", { template }, "per-node"],
    ["Job", { parallelism: 2, template }, 2],
    ["CronJob", { jobTemplate: { spec: { template } } }, 1],
    ["CronJob", { jobTemplate: { spec: { parallelism: 4, template } } }, 4],
  ] as const)("%s %j has %s pods", (kind, spec, replicas) => {
    expect(toWorkload(kind, { metadata: { name: "w" }, spec })).toMatchObject({
      ok: true,
      value: {
        kind,
        namespace: "default",
        name: "w",
        replicas,
        template: {
          labels: { app: "a" },
          ports: [{ container: "c", protocol: "TCP", port: 80, hostPort: 8080 }],
          hostNetwork: false,
        },
      },
    });
  });

  it("has the problems of its template at the template's place", () => {
    const spec = { jobTemplate: { spec: { template: { metadata: { labels: { "-": "x" } } } } } };
    const read = toWorkload("CronJob", { metadata: { name: "w" }, spec });
    expect(read.ok ? [] : read.problems.map(problemText)[0]).toContain(
      'spec.jobTemplate.spec.template.metadata.labels: Invalid value: "-": name part',
    );
  });
});

it("whatever the object is, it is a value or has problems", () => {
  const readers = [
    toNamespace,
    toNode,
    toPodCidrs,
    toPod,
    toService,
    ...workloadKinds.map((kind) => (raw: unknown) => toWorkload(kind, raw)),
  ];
  const key = fc.constantFrom(
    "metadata",
    "name",
    "labels",
    "spec",
    "status",
    "template",
    "containers",
    "ports",
    "containerPort",
    "podIPs",
    "ip",
    "addresses",
    "selector",
    "clusterIPs",
    "replicas",
    "jobTemplate",
    "podCIDRs",
    "__proto__",
    "constructor",
  );
  const anything = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom<unknown>("a", "10.0.0.1", null, true, 80, -1, Number.NaN),
      tie("object"),
      fc.array(tie("value"), { maxLength: 3 }),
    ),
    object: fc
      .array(fc.tuple(key, tie("value")), { maxLength: 5 })
      .map((entries) => Object.fromEntries(entries)),
  })).value;
  fc.assert(
    fc.property(anything, (raw) => {
      for (const read of readers) {
        const result = read(raw);
        if (!result.ok) expect(result.problems).not.toEqual([]);
      }
    }),
    { numRuns: 1000 },
  );
});
