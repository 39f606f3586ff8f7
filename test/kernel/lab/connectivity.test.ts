import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { execOrThrow } from "../../../src/kernel/exec.ts";
import { createLab, type Lab } from "../../../src/lab/lab.ts";
import { startPod, type LabPod } from "../../../src/lab/pod.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { describeKernel } from "../support.ts";
import { ask, askAll, distinct, everyWayTo, podSpec, sure } from "./fixture.ts";

describeKernel("pods on the fabric", () => {
  describe.each([
    { name: "tconnnft", backend: "nft", network: "bridge", flannel: "vxlan" },
    { name: "tconnleg", backend: "legacy", network: "bridge", flannel: "vxlan" },
    { name: "tconnhgw", backend: "nft", network: "ptp", flannel: "host-gw" },
  ] as const)("$network, $flannel, iptables-$backend", ({ name, ...shape }) => {
    let lab: Lab;
    let a: LabPod;
    let b: LabPod;
    let far: LabPod;
    let onHost: LabPod;

    beforeAll(async () => {
      lab = await createLab({ name, ...shape });
      const [one, two] = [sure(lab.nodes[0]), sure(lab.nodes[1])];
      const hostPorts = [{ protocol: "TCP", containerPort: 9100 } as const];
      [a, b, far, onHost] = await Promise.all([
        startPod(one, podSpec("a")),
        startPod(one, podSpec("b")),
        startPod(two, podSpec("far")),
        startPod(two, podSpec("exporter", { hostNetwork: true, ports: hostPorts })),
      ]);
    });
    afterAll(() => teardown(name));

    it("answers on one node and across nodes, over both families and protocols", async () => {
      expect(distinct(await askAll(a.agent, everyWayTo(b)))).toEqual(["t/b"]);
      expect(distinct(await askAll(a.agent, everyWayTo(far)))).toEqual(["t/far"]);
      expect(distinct(await askAll(far.agent, everyWayTo(a)))).toEqual(["t/a"]);
      expect(distinct(await askAll(a.agent, everyWayTo(a)))).toEqual(["t/a"]);
    });

    it("echoes pings", async () => {
      expect(await ask(a.agent, "ICMP", far.addresses.v4)).toBe(far.addresses.v4);
      expect(await ask(a.agent, "ICMP", far.addresses.v6)).toBe(far.addresses.v6);
    });

    it("answers from outside by the pod's own address, and lets pods out", async () => {
      expect(distinct(await askAll(lab.outside.agent, [...everyWayTo(a), ...everyWayTo(far)]))).toEqual([
        "t/a",
        "t/far",
      ]);
      for (const { v4, v6 } of lab.outside.addresses)
        expect(
          distinct(
            await askAll(a.agent, [
              ["TCP", v4, 80],
              ["UDP", v4, 80],
              ["TCP", v6, 443],
              ["UDP", v6, 443],
            ]),
          ),
        ).toEqual(["outside"]);
    });

    it("answers from nodes and reaches pods of the host's network", async () => {
      for (const agent of lab.nodeAgents)
        expect(distinct(await askAll(agent, [...everyWayTo(a), ...everyWayTo(far)]))).toEqual([
          "t/a",
          "t/far",
        ]);
      expect(await ask(a.agent, "TCP", onHost.addresses.v4, 9100)).toBe("t/exporter");
      expect(await ask(a.agent, "TCP", onHost.addresses.v6, 9100)).toBe("t/exporter");
    });

    it("tells refused from silent", async () => {
      expect(await ask(a.agent, "TCP", b.addresses.v4, 81)).toBe("refused");
      expect(await ask(a.agent, "UDP", b.addresses.v6, 81)).toBe("refused");
      const node = sure(lab.nodes[0]);
      const rule = (verb: string): Promise<string> =>
        execOrThrow(node.exec, {
          command: "iptables",
          args: ["-w", "-t", "mangle", verb, "FORWARD", "-d", b.addresses.v4, "-j", "DROP"],
        });
      await rule("-A");
      expect(await ask(a.agent, "TCP", b.addresses.v4, 80)).toBe("timeout");
      expect(await ask(a.agent, "UDP", b.addresses.v4, 53)).toBe("timeout");
      await rule("-D");
      expect(await ask(a.agent, "TCP", b.addresses.v4, 80)).toBe("t/b");
    });

    it("holds streams, and tells when they are cut", async () => {
      const open = (protocol: "TCP" | "UDP", port: number) =>
        a.agent.open({ protocol, address: far.addresses.v4, port, deadlineMs: 1000 });
      const streams = [await open("TCP", 80), await open("UDP", 53)];
      for (const stream of streams)
        expect(await stream.beat()).toMatchObject({ kind: "answered", by: "t/far" });
      const node = sure(lab.nodes[0]);
      const drop = ["-w", "-t", "mangle", "-A", "FORWARD", "-s", a.addresses.v4, "-j", "DROP"];
      await execOrThrow(node.exec, { command: "iptables", args: drop });
      for (const stream of streams) expect(await stream.beat(300)).toMatchObject({ kind: "timeout" });
      await Promise.all(streams.map((stream) => stream.close()));
    });
  });
});
