import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { execOrThrow } from "../../../src/kernel/exec.ts";
import type { Service } from "../../../src/lab/kube-proxy/service.ts";
import { syncServices } from "../../../src/lab/kube-proxy/sync.ts";
import { createLab, type Lab } from "../../../src/lab/lab.ts";
import { startPod, type LabPod } from "../../../src/lab/pod.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { describeKernel } from "../support.ts";
import { ask, askAll, distinct, podSpec, sure } from "./fixture.ts";

const WEB = ["10.96.0.10", "fd00:10:96::10"] as const;

describeKernel("Services as kube-proxy writes them", () => {
  describe.each([
    { name: "tsvcnft", backend: "nft", proxy: "iptables" },
    { name: "tsvcleg", backend: "legacy", proxy: "iptables" },
    { name: "tsvctab", backend: "nft", proxy: "nftables" },
  ] as const)("$proxy, iptables-$backend", ({ name, backend, proxy }) => {
    let lab: Lab;
    let client: LabPod;
    let near: LabPod;
    let far: LabPod;

    const service = (more: Partial<Service>, endpoints: readonly LabPod[]): Service => {
      const at = (port: number) =>
        endpoints.flatMap(({ addresses, node }) =>
          [addresses.v4, addresses.v6].map((address) => ({ address, port, node })),
        );
      return {
        namespace: "t",
        name: "web",
        clusterIPs: WEB,
        externalTrafficPolicy: "Cluster",
        ports: [
          { name: "http", protocol: "TCP", port: 8080, nodePort: 30080, endpoints: at(80) },
          { name: "dns", protocol: "UDP", port: 5353, nodePort: 30053, endpoints: at(53) },
        ],
        ...more,
      };
    };
    const sync = async (...services: readonly Service[]): Promise<void> => {
      await Promise.all(lab.nodes.map((node) => syncServices(node, services)));
    };
    const nodePorts = (index: number) => {
      const { v4, v6 } = sure(lab.nodes[index]).addresses;
      return [v4, v6].flatMap((address) => [
        ["TCP", address, 30080] as const,
        ["UDP", address, 30053] as const,
      ]);
    };
    const portals = WEB.flatMap((address) => [
      ["TCP", address, 8080] as const,
      ["UDP", address, 5353] as const,
    ]);

    beforeAll(async () => {
      lab = await createLab({ name, backend, proxy });
      const [one, two] = [sure(lab.nodes[0]), sure(lab.nodes[1])];
      [client, near, far] = await Promise.all([
        startPod(one, podSpec("client")),
        startPod(one, podSpec("near")),
        startPod(two, podSpec("far")),
      ]);
    });
    afterAll(() => teardown(name));

    it("leads a ClusterIP to an endpoint on either node", async () => {
      await sync(service({}, [near]));
      expect(distinct(await askAll(client.agent, portals))).toEqual(["t/near"]);
      expect(distinct(await askAll(sure(lab.nodeAgents[1]), portals))).toEqual(["t/near"]);
      await sync(service({}, [far]));
      expect(distinct(await askAll(client.agent, portals))).toEqual(["t/far"]);
    });

    it("spreads over all endpoints", async () => {
      await sync(service({}, [near, far]));
      const answers = await Promise.all(
        Array.from({ length: 40 }, () => ask(client.agent, "TCP", WEB[0], 8080)),
      );
      expect(new Set(answers)).toEqual(new Set(["t/near", "t/far"]));
    });

    it("leads a pod to itself through its Service", async () => {
      await sync(service({}, [near]));
      expect(distinct(await askAll(near.agent, portals))).toEqual(["t/near"]);
    });

    it("opens a NodePort on every node under policy Cluster", async () => {
      await sync(service({}, [far]));
      expect(distinct(await askAll(lab.outside.agent, [...nodePorts(0), ...nodePorts(1)]))).toEqual([
        "t/far",
      ]);
    });

    it("opens a NodePort only on the endpoint's node under policy Local", async () => {
      await sync(service({ externalTrafficPolicy: "Local" }, [far]));
      expect(distinct(await askAll(lab.outside.agent, nodePorts(0)))).toEqual(["timeout"]);
      expect(distinct(await askAll(lab.outside.agent, nodePorts(1)))).toEqual(["t/far"]);
      // From inside the cluster any node will do.
      expect(distinct(await askAll(client.agent, nodePorts(0)))).toEqual(["t/far"]);
    });

    it("keeps the client's address under policy Local and hides it under Cluster", async () => {
      const seen = async (policy: "Cluster" | "Local"): Promise<boolean> => {
        const node = sure(lab.nodes[1]);
        const { v4 } = sure(lab.outside.addresses[1]);
        const rule = ["FORWARD", "-s", v4, "-d", far.addresses.v4, "-j", "ACCEPT"];
        const run = (verb: string) =>
          execOrThrow(node.exec, { command: "iptables", args: ["-w", "-t", "mangle", verb, ...rule] });
        await sync(service({ externalTrafficPolicy: policy }, [far]));
        await run("-A");
        // Under Cluster through the other node, which masquerades: mangle sees what arrives.
        const via = policy === "Local" ? node : sure(lab.nodes[0]);
        expect(await ask(lab.outside.agent, "TCP", via.addresses.v4, 30080, v4)).toBe("t/far");
        const listing = await execOrThrow(node.exec, {
          command: "iptables",
          args: ["-w", "-t", "mangle", "-nvxL", "FORWARD"],
        });
        await run("-D");
        return !/^\s*0\s/m.test(listing.split("\n").slice(2).join("\n"));
      };
      expect(await seen("Local")).toBe(true);
      expect(await seen("Cluster")).toBe(false);
    });

    it("refuses what has no endpoints, and forgets what is gone", async () => {
      await sync(service({}, []));
      expect(distinct(await askAll(client.agent, portals))).toEqual(["refused"]);
      await sync();
      const { exec } = sure(lab.nodes[0]);
      if (proxy === "nftables") {
        const table = await execOrThrow(exec, {
          command: "nft",
          args: ["list", "table", "ip", "kube-proxy"],
        });
        expect(table).not.toMatch(/chain (?:service|external|local|endpoint)-[^e]/);
        expect(table).not.toContain(WEB[0]);
        return;
      }
      const saved = await execOrThrow(exec, { command: "iptables-save", args: [] });
      expect(saved).not.toMatch(/KUBE-(SVC|SEP|EXT|SVL)-/);
      // The hooks are put in once.
      expect(saved.match(/^-A PREROUTING .*KUBE-SERVICES$/gm)).toHaveLength(1);
      expect(saved.match(/^-A FORWARD .*KUBE-FORWARD$/gm)).toHaveLength(1);
    });
  });
});
