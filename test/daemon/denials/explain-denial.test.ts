import { describe, expect, test } from "vitest";
import { parseAddress } from "../../../src/core/address.ts";
import { addressBook } from "../../../src/core/address-book.ts";
import { compile } from "../../../src/core/compile.ts";
import { denialText } from "../../../src/core/denial.ts";
import type { Flow } from "../../../src/core/traffic.ts";
import { explainDenial } from "../../../src/daemon/denials/explain-denial.ts";
import type { DeniedPacket } from "../../../src/kernel/nflog/denied-packet.ts";
import { must } from "../../support/must.ts";
import { cluster, pod, policy } from "../../support/scenario.ts";

const pods = [
  pod("shop/db", {
    ips: ["10.0.0.1", "fd00::1"],
    labels: { app: "db" },
    ports: { "pg/TCP": 5432 },
    node: "n1",
  }),
  pod("shop/front", { ips: ["10.0.0.2", "fd00::2"], labels: { app: "front" }, node: "n2" }),
];
const nodes = [{ name: "n2", addresses: [must(parseAddress("192.168.0.2"))] }];

const sentence = (
  policies: Parameters<typeof cluster>[0],
  packet: Partial<DeniedPacket> & { from: string },
): string => {
  const program = compile(cluster(policies, { pods }));
  const source = must(parseAddress(packet.from));
  const destination = must(parseAddress(source.family === "IPv4" ? "10.0.0.1" : "fd00::1"));
  const denied = {
    time: 0,
    cause: "ingress",
    chain: "SV-C-x",
    source,
    destination,
    what: "TCP/80",
    flow: { protocol: "TCP", port: 80 } satisfies Flow,
    ...packet,
  } as const;
  return denialText(explainDenial(denied, { program, owner: addressBook(pods, nodes) }));
};

const db = (ingress: object[], name = "db") =>
  policy({ podSelector: { matchLabels: { app: "db" } }, ingress }, name);
const front = { from: [{ podSelector: { matchLabels: { app: "front" } } }] };

describe("a denial is explained", () => {
  test("by who isolates, where no rule is near", () => {
    expect(sentence([db([]), db([], "deny")], { from: "10.0.0.2" })).toBe(
      "shop/front (10.0.0.2) -> shop/db (10.0.0.1) TCP/80 denied: ingress is isolated by shop/db and shop/deny, and no rule allows it",
    );
  });

  test("by the rule that names the peer and not the port", () => {
    expect(
      sentence([db([{ ports: [{ port: 81 }] }, { ...front, ports: [{ port: 8080 }] }])], { from: "fd00::2" }),
    ).toBe(
      "shop/front (fd00::2) -> shop/db (fd00::1) TCP/80 denied: ingress is isolated by shop/db; shop/db ingress[0] allows shop/front only TCP 81",
    );
  });

  test("by the rule that has the port and not the peer, also where the port has a name", () => {
    expect(sentence([db([{ ...front, ports: [{ port: 80 }] }])], { from: "203.0.113.9" })).toBe(
      "203.0.113.9 -> shop/db (10.0.0.1) TCP/80 denied: ingress is isolated by shop/db; shop/db ingress[0] allows TCP/80, but not from 203.0.113.9",
    );
    const named = { what: "TCP/5432", flow: { protocol: "TCP", port: 5432 } } as const;
    expect(sentence([db([{ ...front, ports: [{ port: "pg" }] }])], { from: "192.168.0.2", ...named })).toBe(
      "node n2 (192.168.0.2) -> shop/db (10.0.0.1) TCP/5432 denied: ingress is isolated by shop/db; shop/db ingress[0] allows TCP/5432, but not from node n2",
    );
  });

  test("by today's program, which may allow what was denied", () => {
    expect(sentence([db([{}])], { from: "10.0.0.2" })).toMatch(/by now a rule allows it$/);
  });

  test("as far as it goes: a fragment has no port, and at the start gate no policy was asked", () => {
    expect(sentence([db([{}])], { from: "10.0.0.2", what: "TCP fragment", flow: undefined })).toMatch(
      /TCP fragment denied: ingress is isolated by shop\/db, and no rule allows it$/,
    );
    expect(sentence([db([])], { from: "10.0.0.2", cause: "gate" })).toMatch(/denied: start gate: a pod that/);
  });
});
