import { describe, expect, it, vi } from "vitest";
import { GuestBook } from "../../../src/daemon/controller/guest-book.ts";
import { parseAddress } from "../../../src/core/address.ts";
import { parseCidr } from "../../../src/core/cidr.ts";
import type { Pod } from "../../../src/core/cluster.ts";
import { must } from "../../support/must.ts";
import { PATIENCE } from "../fixture.ts";
import { type ControlledCluster, controlledCluster, pod, quiet } from "./fixture.ts";

const podOn = (name: string, node: string, ip: string, more: Partial<Pod> = {}): Pod => ({
  namespace: "x",
  name,
  labels: {},
  addresses: [must(parseAddress(ip))],
  ports: [],
  node,
  hostNetwork: false,
  finished: false,
  createdAt: 0,
  ...more,
});

const blocks = (...texts: readonly string[]) => texts.map((text) => must(parseCidr(text)));

describe("the guests of a node", () => {
  it("are pods of other nodes that have addresses in its blocks, as long as they do", () => {
    const book = new GuestBook();
    book.setPod("x/b", podOn("b", "n2", "10.0.1.7"));
    book.setPod("x/own", podOn("own", "n1", "10.0.1.8"));
    expect(book.first("n1")).toBeUndefined();
    book.setNode("n1", blocks("10.0.1.0/24", "fd00:1::/64"));
    book.setNode("n2", blocks("10.0.2.0/25"));
    expect(book.first("n1")).toBe("x/b");
    book.setPod("x/a", podOn("a", "n3", "fd00:1::9"));
    expect(book.first("n1")).toBe("x/a");
    book.setPod("x/a", podOn("a", "n3", "fd00:1::9", { hostNetwork: true }));
    expect(book.first("n1")).toBe("x/b");
    book.setPod("x/b", podOn("b", "n2", "10.0.1.7", { finished: true }));
    expect(book.first("n1")).toBeUndefined();
    book.setPod("x/own", podOn("own", "n1", "10.0.2.9"));
    expect(book.first("n2")).toBe("x/own");
    book.setNode("n2", undefined);
    expect(book.first("n2")).toBeUndefined();
  });

  const told = ({ server }: ControlledCluster): unknown =>
    server
      .objects("enforcernodes.selvedge.dev")
      .map(({ metadata, ...rest }) => [metadata.name, rest["spec"]]);

  it("are told to its enforcer, and only where it is there", async () => {
    const cluster = await controlledCluster();
    const { server } = cluster;
    const node = (name: string, podCIDR: string) => ({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name },
      spec: { podCIDR, podCIDRs: [podCIDR] },
    });
    server.seed(node("node-a", "10.0.1.0/24"));
    server.seed(node("node-b", "10.0.2.0/24"));
    server.seed(pod("web-1", { app: "web" }, { ip: "10.0.1.5", node: "node-b" }));
    const controller = cluster.start();
    await vi.waitFor(() => expect(controller.passes.length).toBeGreaterThan(0), PATIENCE);
    await quiet(cluster);
    expect(told(cluster)).toEqual([]);
    server.seed({ apiVersion: "selvedge.dev/v1alpha1", kind: "EnforcerNode", metadata: { name: "node-a" } });
    await vi.waitFor(() => expect(told(cluster)).toEqual([["node-a", { guest: "default/web-1" }]]), PATIENCE);
    server.seed(pod("web-1", { app: "web" }, { ip: "10.0.2.5", node: "node-b" }));
    await vi.waitFor(
      () => expect(told(cluster)).not.toEqual([["node-a", { guest: "default/web-1" }]]),
      PATIENCE,
    );
    expect(JSON.stringify(told(cluster))).not.toContain("guest");
    expect(controller.errors).toEqual([]);
  });
});
