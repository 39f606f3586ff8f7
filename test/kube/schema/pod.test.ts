import { describe, expect, it } from "vitest";
import { toPod } from "../../../src/kube/schema/pod.ts";
import { problemText } from "../../../src/kube/validation/field-problem.ts";

const metadata = { namespace: "shop", name: "web" };
const read = (raw: object): unknown => {
  const pod = toPod({ metadata, ...raw });
  return pod.ok ? pod.value : pod.problems.map(problemText);
};
const v4 = { family: "IPv4", value: 0x0a000001n };
const v6 = { family: "IPv6", value: 1n };

describe("a Pod", () => {
  it("is stripped to what policies can see", () => {
    const raw = {
      metadata: { ...metadata, labels: { app: "web" }, creationTimestamp: "1970-01-01T00:00:01Z", uid: "u" },
      spec: {
        nodeName: "n1",
        containers: [
          { name: "a", image: "x", ports: [{ name: "http", containerPort: 80 }, { containerPort: 81 }] },
          { name: "b", ports: [{ name: "dns", containerPort: 53, protocol: "UDP" }] },
        ],
      },
      status: { phase: "Running", podIP: "10.0.0.1", podIPs: [{ ip: "10.0.0.1" }, { ip: "::1" }] },
    };
    expect(read(raw)).toEqual({
      ...metadata,
      uid: "u",
      labels: { app: "web" },
      addresses: [v4, v6],
      ports: [
        { name: "http", protocol: "TCP", port: 80 },
        { name: "dns", protocol: "UDP", port: 53 },
      ],
      node: "n1",
      hostNetwork: false,
      finished: false,
      createdAt: 1000,
    });
  });

  it("has named ports on sidecars, which are init containers that restart always, and on no other init container", () => {
    const ports = (name: string): object[] => [{ name, containerPort: 80 }];
    const initContainers = [
      { restartPolicy: "Always", ports: ports("sidecar") },
      { restartPolicy: "OnFailure", ports: ports("odd") },
      { ports: ports("init") },
    ];
    expect(read({ spec: { initContainers } })).toMatchObject({ ports: [{ name: "sidecar" }] });
  });

  it("has no address before its status says so; an old cluster's podIP is one", () => {
    expect(read({})).toMatchObject({ addresses: [], finished: false });
    expect(read({ status: { podIP: "10.0.0.1" } })).toMatchObject({ addresses: [v4] });
    expect(read({ status: { podIP: "", podIPs: null } })).toMatchObject({ addresses: [] });
  });

  it.each([
    ["Succeeded", true],
    ["Failed", true],
    ["Running", false],
    ["Pending", false],
    ["Unknown", false],
  ])("of phase %s: finished is %s", (phase, finished) => {
    expect(read({ status: { phase } })).toMatchObject({ finished });
  });

  it("may be of the host's network", () => {
    expect(read({ spec: { hostNetwork: true } })).toMatchObject({ hostNetwork: true });
    expect(read({ spec: { hostNetwork: null } })).toMatchObject({ hostNetwork: false });
  });

  it("has its labels as they are written, whatever they are called", () => {
    const labels: unknown = JSON.parse('{"__proto__": "a", "constructor": "b", "toString": null}');
    const pod = toPod({ metadata: { ...metadata, labels } });
    expect(pod.ok && Object.entries(pod.value.labels)).toEqual([
      ["__proto__", "a"],
      ["constructor", "b"],
      ["toString", ""],
    ]);
    expect(pod.ok && Object.getPrototypeOf(pod.value.labels)).toBe(Object.prototype);
  });

  it.each([
    [{ metadata: {} }, ["metadata.name: Required value: name or generateName is required"]],
    [{ metadata: "web" }, ['metadata: Invalid value: "web": must be an object']],
    [
      { metadata: { ...metadata, labels: { a: 1 } } },
      ["metadata.labels.a: Invalid value: 1: must be a string: put it in quotes"],
    ],
    [
      { metadata: { ...metadata, labels: { "b.c/d": true } } },
      ["metadata.labels[b.c/d]: Invalid value: true: must be a string: put it in quotes"],
    ],
    [
      { metadata: { ...metadata, creationTimestamp: "yesterday" } },
      ['metadata.creationTimestamp: Invalid value: "yesterday": must be a time (RFC 3339)'],
    ],
    [{ spec: { containers: {} } }, ['spec.containers: Invalid value: "an object": must be a list']],
    [{ spec: { hostNetwork: "no" } }, ['spec.hostNetwork: Invalid value: "no": must be true or false']],
    [
      { spec: { containers: [{ ports: [{ containerPort: "80" }] }] } },
      ['spec.containers[0].ports[0].containerPort: Invalid value: "80": must be an integer'],
    ],
    [
      { status: { podIPs: [{ ip: "10.0.0.300" }] } },
      [
        'status.podIPs[0].ip: Invalid value: "10.0.0.300": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      ],
    ],
  ])("%j is a value, not an exception", (raw, problems) => {
    expect(read(raw)).toEqual(problems);
  });

  it("keeps its policies where a port of it cannot be read: the port alone is passed over", () => {
    const ports = [
      { name: "quic", containerPort: 443, protocol: "QUIC" },
      { name: "http", containerPort: 80 },
    ];
    const pod = toPod({ metadata, spec: { containers: [{ ports }] } });
    expect(pod).toMatchObject({ ok: true, value: { ports: [{ name: "http", protocol: "TCP", port: 80 }] } });
  });

  it("is subject and peer to its end: a terminating pod is a pod like any other", () => {
    const running = { metadata, status: { phase: "Running", podIP: "10.0.0.1" } };
    const terminating = { ...running, metadata: { ...metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
    expect(toPod(terminating)).toEqual(toPod(running));
  });
});
