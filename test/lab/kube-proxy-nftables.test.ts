import { expect, it } from "vitest";
import { nftablesCommands } from "../../src/lab/kube-proxy/nftables/commands.ts";
import type { Endpoint, Service } from "../../src/lab/kube-proxy/service.ts";

const here: Endpoint = { address: "10.180.0.1", port: 80, node: "node1" };
const there: Endpoint = { address: "10.180.0.2", port: 80, node: "node2" };
const here6: Endpoint = { address: "fd00:180::1", port: 80, node: "node1" };
const nodeAddresses = { v4: "192.168.0.2", v6: "2001:db8::1" };

const service = (endpoints: readonly Endpoint[], more: Partial<Service> = {}): Service => ({
  namespace: "ns1",
  name: "svc1",
  clusterIPs: ["172.30.0.41", "fd00:30::41"],
  externalTrafficPolicy: "Cluster",
  ports: [{ name: "p80", protocol: "TCP", port: 80, nodePort: 3001, endpoints }],
  ...more,
});

/** Those commands that are about Services, without the table's name. */
const commands = (services: readonly Service[], family: "v4" | "v6" = "v4"): string[] =>
  nftablesCommands({ services, node: "node1", nodeAddresses, family })
    .split("\n")
    .filter((line) => /service-|external-|local-|endpoint-.*__|^add element/.test(line))
    .filter((line) => !/@|filter-|^add (?:map|set)|service-endpoints-check/.test(line))
    .map((line) => line.replace(/ ip6? kube-proxy /, " "));

const NAME = "ULMVA6XW-ns1/svc1/tcp/p80";
const FIRST = "endpoint-5OJB2KTY-ns1/svc1/tcp/p80__10.180.0.1/80";

it("names and writes a Service as kube-proxy does", () => {
  expect(commands([service([here])])).toEqual([
    "add element nodeport-ips { 192.168.0.2 }",
    "add element cluster-ips { 172.30.0.41 }",
    `add chain ${FIRST}`,
    `add rule ${FIRST} ip saddr 10.180.0.1 jump mark-for-masquerade`,
    `add rule ${FIRST} meta l4proto tcp dnat to 10.180.0.1:80`,
    `add chain service-${NAME}`,
    `add rule service-${NAME} ip daddr 172.30.0.41 ip saddr != 10.244.0.0/16 jump mark-for-masquerade`,
    `add rule service-${NAME} numgen random mod 1 vmap { 0 : goto ${FIRST} }`,
    `add element service-ips { 172.30.0.41 . tcp . 80 : goto service-${NAME} }`,
    `add chain external-${NAME}`,
    `add rule external-${NAME} jump mark-for-masquerade`,
    `add rule external-${NAME} goto service-${NAME}`,
    `add element service-nodeports { tcp . 3001 : goto external-${NAME} }`,
  ]);
});

it("keeps NodePorts to the node's own endpoints under policy Local, and drops where it has none", () => {
  const local = { externalTrafficPolicy: "Local" } as const;
  expect(commands([service([here, there], local)]).filter((line) => /external-|local-/.test(line))).toEqual([
    `add chain external-${NAME}`,
    `add rule external-${NAME} ip saddr 10.244.0.0/16 goto service-${NAME}`,
    `add rule external-${NAME} fib saddr type local jump mark-for-masquerade`,
    `add rule external-${NAME} fib saddr type local goto service-${NAME}`,
    `add chain local-${NAME}`,
    `add rule local-${NAME} numgen random mod 1 vmap { 0 : goto ${FIRST} }`,
    `add rule external-${NAME} goto local-${NAME}`,
    `add element service-nodeports { tcp . 3001 : goto external-${NAME} }`,
  ]);
  expect(commands([service([there], local)])).toContain(
    "add element no-endpoint-nodeports { tcp . 3001 : drop }",
  );
});

it("refuses what has no endpoints", () => {
  expect(commands([service([])])).toEqual([
    "add element nodeport-ips { 192.168.0.2 }",
    "add element cluster-ips { 172.30.0.41 }",
    "add element no-endpoint-services { 172.30.0.41 . tcp . 80 : goto reject-chain }",
    "add element no-endpoint-nodeports { tcp . 3001 : goto reject-chain }",
  ]);
});

it("keeps the families apart", () => {
  const both = [service([here, here6])];
  const v6 = commands(both, "v6").join("\n");
  expect(v6).toContain("p80__fd00.180..1/80 meta l4proto tcp dnat to [fd00:180::1]:80");
  expect(v6).not.toContain("10.180.0.1");
  expect(commands(both).join("\n")).not.toContain("fd00");
});
