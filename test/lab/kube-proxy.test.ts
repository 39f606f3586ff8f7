import { describe, expect, it } from "vitest";

import { endpointChain, serviceChains } from "../../src/lab/kube-proxy/chain-names.ts";
import { kubeProxyRules } from "../../src/lab/kube-proxy/rules.ts";
import type { Endpoint, Service } from "../../src/lab/kube-proxy/service.ts";

const here: Endpoint = { address: "10.180.0.1", port: 80, node: "node1" };
const there: Endpoint = { address: "10.180.0.2", port: 80, node: "node2" };
const here6: Endpoint = { address: "fd00:180::1", port: 80, node: "node1" };

function service(endpoints: readonly Endpoint[], more: Partial<Service> = {}): Service {
  return {
    namespace: "ns1",
    name: "svc1",
    clusterIPs: ["172.30.0.41", "fd00:30::41"],
    externalTrafficPolicy: "Cluster",
    ports: [{ name: "p80", protocol: "TCP", port: 80, nodePort: 3001, endpoints }],
    ...more,
  };
}

function rules(services: readonly Service[], standing = "", node = "node1"): string[] {
  return kubeProxyRules({ services, node, family: "v4", standing }).split("\n");
}

/** Those of some chain of a Service. */
function about(lines: readonly string[], pattern: RegExp): string[] {
  return lines.filter((line) => pattern.test(line));
}

describe("names", () => {
  it("hashes as kube-proxy does", () => {
    expect(serviceChains("ns1/svc1:p80", "tcp")).toEqual({
      cluster: "KUBE-SVC-XPGD46QRK7WJZT7O",
      local: "KUBE-SVL-XPGD46QRK7WJZT7O",
      external: "KUBE-EXT-XPGD46QRK7WJZT7O",
    });
    expect(endpointChain("ns1/svc1:p80", "tcp", "10.180.0.1:80")).toBe("KUBE-SEP-SXIVWICOYRO3J4NJ");
  });
});

describe("a Service with endpoints", () => {
  it("spreads a ClusterIP over them and masquerades what comes from elsewhere, and hairpins", () => {
    const [first, second] = [
      endpointChain("ns1/svc1:p80", "tcp", "10.180.0.1:80"),
      endpointChain("ns1/svc1:p80", "tcp", "10.180.0.2:80"),
    ];
    expect(about(rules([service([here, there])]), /^-A KUBE-(SERVICES .*cluster|SVC|SEP)/)).toEqual([
      '-A KUBE-SERVICES -m comment --comment "ns1/svc1:p80 cluster IP" -m tcp -p tcp -d 172.30.0.41 --dport 80 -j KUBE-SVC-XPGD46QRK7WJZT7O',
      '-A KUBE-SVC-XPGD46QRK7WJZT7O -m comment --comment "ns1/svc1:p80 cluster IP" -m tcp -p tcp -d 172.30.0.41 --dport 80 ! -s 10.244.0.0/16 -j KUBE-MARK-MASQ',
      `-A KUBE-SVC-XPGD46QRK7WJZT7O -m comment --comment "ns1/svc1:p80 -> 10.180.0.1:80" -m statistic --mode random --probability 0.5000000000 -j ${first}`,
      `-A KUBE-SVC-XPGD46QRK7WJZT7O -m comment --comment "ns1/svc1:p80 -> 10.180.0.2:80" -j ${second}`,
      `-A ${first} -m comment --comment "ns1/svc1:p80" -s 10.180.0.1 -j KUBE-MARK-MASQ`,
      `-A ${first} -m comment --comment "ns1/svc1:p80" -m tcp -p tcp -j DNAT --to-destination 10.180.0.1:80`,
      `-A ${second} -m comment --comment "ns1/svc1:p80" -s 10.180.0.2 -j KUBE-MARK-MASQ`,
      `-A ${second} -m comment --comment "ns1/svc1:p80" -m tcp -p tcp -j DNAT --to-destination 10.180.0.2:80`,
    ]);
  });

  it("masquerades NodePorts under policy Cluster", () => {
    expect(about(rules([service([here])]), /^-A KUBE-(NODEPORTS|EXT)/)).toEqual([
      '-A KUBE-NODEPORTS -m comment --comment "ns1/svc1:p80" -m tcp -p tcp --dport 3001 -j KUBE-EXT-XPGD46QRK7WJZT7O',
      '-A KUBE-EXT-XPGD46QRK7WJZT7O -m comment --comment "masquerade traffic for ns1/svc1:p80 external destinations" -j KUBE-MARK-MASQ',
      "-A KUBE-EXT-XPGD46QRK7WJZT7O -j KUBE-SVC-XPGD46QRK7WJZT7O",
    ]);
  });

  it("keeps NodePorts to the node's own endpoints under policy Local", () => {
    const local = [service([here, there], { externalTrafficPolicy: "Local" })];
    expect(about(rules(local), /^-A KUBE-(EXT|SVL)/)).toEqual([
      '-A KUBE-EXT-XPGD46QRK7WJZT7O -m comment --comment "pod traffic for ns1/svc1:p80 external destinations" -s 10.244.0.0/16 -j KUBE-SVC-XPGD46QRK7WJZT7O',
      '-A KUBE-EXT-XPGD46QRK7WJZT7O -m comment --comment "masquerade LOCAL traffic for ns1/svc1:p80 external destinations" -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ',
      '-A KUBE-EXT-XPGD46QRK7WJZT7O -m comment --comment "route LOCAL traffic for ns1/svc1:p80 external destinations" -m addrtype --src-type LOCAL -j KUBE-SVC-XPGD46QRK7WJZT7O',
      "-A KUBE-EXT-XPGD46QRK7WJZT7O -j KUBE-SVL-XPGD46QRK7WJZT7O",
      '-A KUBE-SVL-XPGD46QRK7WJZT7O -m comment --comment "ns1/svc1:p80 -> 10.180.0.1:80" -j KUBE-SEP-SXIVWICOYRO3J4NJ',
    ]);
    const nowhere = rules([service([there], { externalTrafficPolicy: "Local" })]);
    expect(about(nowhere, /^-A KUBE-EXTERNAL-SERVICES/)).toEqual([
      '-A KUBE-EXTERNAL-SERVICES -m comment --comment "ns1/svc1:p80 has no local endpoints" -m addrtype --dst-type LOCAL -m tcp -p tcp --dport 3001 -j DROP',
    ]);
  });

  it("keeps the families apart", () => {
    const both = [service([here, here6])];
    const v6 = kubeProxyRules({ services: both, node: "node1", family: "v6", standing: "" });
    expect(v6).toContain("-j DNAT --to-destination [fd00:180::1]:80");
    expect(v6).not.toContain("10.180.0.1");
    expect(rules(both).join("\n")).not.toContain("fd00:");
  });
});

it("refuses a Service without endpoints, and says nothing of it in nat", () => {
  const lines = rules([service([])]);
  expect(about(lines, /REJECT/)).toEqual([
    '-A KUBE-SERVICES -m comment --comment "ns1/svc1:p80 has no endpoints" -m tcp -p tcp -d 172.30.0.41 --dport 80 -j REJECT',
    '-A KUBE-EXTERNAL-SERVICES -m comment --comment "ns1/svc1:p80 has no endpoints" -m addrtype --dst-type LOCAL -m tcp -p tcp --dport 3001 -j REJECT',
  ]);
  expect(about(lines, /KUBE-(SVC|SEP|EXT)-/)).toEqual([]);
});

it("removes chains of Services that are gone, and nobody else's", () => {
  const standing = [
    "*nat",
    ":KUBE-SVC-AAAAAAAAAAAAAAAA - [0:0]",
    ":KUBE-SEP-SXIVWICOYRO3J4NJ - [0:0]",
    ":FLANNEL-POSTRTG - [0:0]",
    "COMMIT",
    "",
  ].join("\n");
  const lines = rules([service([here])], standing);
  expect(about(lines, /^-X/)).toEqual(["-X KUBE-SVC-AAAAAAAAAAAAAAAA"]);
  expect(lines).toContain(":KUBE-SVC-AAAAAAAAAAAAAAAA - [0:0]");
});

it("puts each hook in once", () => {
  const fresh = rules([]);
  const hooks = about(fresh, /^-I/);
  expect(hooks).toHaveLength(12);
  const asSaved = hooks.map((line) => line.replace(/^-I (\S+) 1 /, "-A $1 "));
  const tables = ["nat", "filter"].map((table) => `*${table}\n${asSaved.join("\n")}\nCOMMIT\n`);
  expect(about(rules([], tables.join("")), /^-I/)).toEqual([]);
});

it("ends KUBE-SERVICES with the way to NodePorts", () => {
  const lines = about(rules([service([here])]), /^-A KUBE-SERVICES/);
  expect(lines.at(-1)).toContain("-m addrtype --dst-type LOCAL -j KUBE-NODEPORTS");
});
