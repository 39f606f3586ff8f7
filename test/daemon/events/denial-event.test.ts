import { expect, test } from "vitest";
import type { Denial } from "../../../src/core/denial.ts";
import { podEnd } from "../../../src/core/end.ts";
import { parseAddress } from "../../../src/core/address.ts";
import { deniedPod, denialEvent } from "../../../src/daemon/events/denial-event.ts";
import { must } from "../../support/must.ts";
import { pod } from "../../support/scenario.ts";

const db = pod("shop/db", { uid: "u-db", ips: ["10.0.0.1"] });
const front = pod("shop/front", { uid: "u-front", ips: ["10.0.0.2"] });
const stranger = { kind: "address", address: must(parseAddress("203.0.113.9")) } as const;
const node = { kind: "node", name: "n2", addresses: [must(parseAddress("192.168.0.2"))] } as const;

const denial: Denial = {
  time: "2026-01-01T00:00:00.000Z",
  cause: "ingress",
  from: "shop/front",
  to: "shop/db",
  source: "10.0.0.2",
  destination: "10.0.0.1",
  traffic: "TCP/80",
  policies: ["shop/db"],
  nearest: "shop/db ingress[0] allows TCP/80, but not from shop/front",
};
const about = { node: "n1", suffix: "0123456789abcdef", eventTime: "2026-01-01T00:00:00.000000Z" };

test("an event is on the pod whose policies denied, relates to the other, and says it as `selvedge denials` does", () => {
  expect(denialEvent(must(deniedPod(denial, podEnd(front), podEnd(db))), about)).toEqual({
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { namespace: "shop", name: "db.0123456789abcdef" },
    eventTime: "2026-01-01T00:00:00.000000Z",
    type: "Warning",
    reason: "NetworkPolicyDenied",
    action: "Deny",
    note: "shop/front (10.0.0.2) -> shop/db (10.0.0.1) TCP/80 denied: ingress is isolated by shop/db; shop/db ingress[0] allows TCP/80, but not from shop/front",
    regarding: { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "db", uid: "u-db" },
    related: { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "front", uid: "u-front" },
    reportingController: "selvedge.dev/enforcer",
    reportingInstance: "n1",
  });
});

test("egress is the sender's; nodes are related, addresses are not", () => {
  const egress: Denial = { ...denial, cause: "egress" };
  expect(deniedPod(egress, podEnd(front), podEnd(db))).toMatchObject({
    pod: front,
    related: { name: "db" },
  });
  expect(deniedPod(denial, node, podEnd(db))?.related).toEqual({
    apiVersion: "v1",
    kind: "Node",
    name: "n2",
  });
  expect(deniedPod(denial, stranger, podEnd(db))).not.toHaveProperty("related");
});

test("nothing is told where no pod is known to have denied it", () => {
  expect(deniedPod({ ...denial, cause: "gate" }, podEnd(front), podEnd(db))).toBeUndefined();
  expect(deniedPod(denial, podEnd(front), stranger)).toBeUndefined();
});

test("the API's limits are kept", () => {
  const long = pod(`shop/${"a".repeat(236)}.b`, { ips: ["10.0.0.1"] });
  const many = { ...denial, policies: Array.from({ length: 100 }, (_, i) => `shop/policy-${i}`) };
  const event = denialEvent(must(deniedPod(many, stranger, podEnd(long))), {
    ...about,
    node: "n".repeat(253),
  });
  expect(event.metadata.name).toBe(`${"a".repeat(236)}.0123456789abcdef`);
  expect(event.note).toHaveLength(1024);
  expect(event.note).toMatch(/\.\.\.$/);
  expect(event.reportingInstance).toHaveLength(128);
});
