import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { execOrThrow } from "../../../src/kernel/exec.ts";
import type { CachedResult } from "../../../src/lab/cni/cache.ts";
import { createLab, type Lab } from "../../../src/lab/lab.ts";
import type { LabNode } from "../../../src/lab/node.ts";
import { checkPod, startPod, stopPod } from "../../../src/lab/pod.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { describeKernel } from "../support.ts";
import { ask, askAll, distinct, everyWayTo, podSpec, sure } from "./fixture.ts";

const NAME = "tcni";

describeKernel("pods through the CNI plugins", () => {
  let lab: Lab;
  let node: LabNode;
  const results = (): Promise<string[]> => readdir(join(node.dir, "cni/results"));

  beforeAll(async () => {
    lab = await createLab({ name: NAME });
    node = sure(lab.nodes[0]);
  });
  afterAll(() => teardown(NAME));

  it("caches what ADD returned where libcni does, in the node's own /var/lib/cni", async () => {
    const spec = podSpec("cached", { ports: [{ protocol: "TCP", containerPort: 80, hostPort: 8080 }] });
    const pod = await startPod(node, spec);
    const file = `/var/lib/cni/results/cbr0-${pod.sandboxId}-eth0`;
    const cached = JSON.parse(await execOrThrow(node.exec, { command: "cat", args: [file] })) as CachedResult;
    expect(cached).toMatchObject({
      kind: "cniCacheV1",
      containerId: pod.sandboxId,
      ifName: "eth0",
      networkName: "cbr0",
      capabilityArgs: { portMappings: [{ HostPort: 8080, ContainerPort: 80, Protocol: "tcp" }] },
    });
    expect(cached.cniArgs).toContainEqual(["K8S_POD_UID", spec.uid]);
    expect(cached.result.ips?.map(({ address }) => address)).toEqual([
      `${pod.addresses.v4}/24`,
      `${pod.addresses.v6}/64`,
    ]);
    expect(cached.result.interfaces?.map((i) => i.name)).toContain(pod.hostInterface);
    expect(JSON.parse(Buffer.from(cached.config, "base64").toString())).toMatchObject({ name: "cbr0" });
    expect((await results()).filter((name) => name.includes(pod.sandboxId))).toHaveLength(2);
    await stopPod(pod);
    expect((await results()).filter((name) => name.includes(pod.sandboxId))).toEqual([]);
  });

  it("CHECK passes, and fails once somebody has been at the pod's network", async () => {
    const pod = await startPod(node, podSpec("checked"));
    await checkPod(pod);
    const veth = sure(pod.hostInterface);
    await execOrThrow(node.exec, { command: "ip", args: ["link", "set", veth, "nomaster"] });
    await execOrThrow(node.exec, { command: "ip", args: ["link", "del", veth] });
    await expect(checkPod(pod)).rejects.toThrow(/CNI bridge CHECK/);
    await stopPod(pod);
  });

  it("opens a hostPort from outside and closes it with the pod", async () => {
    const ports = [{ protocol: "TCP", containerPort: 80, hostPort: 8088 } as const];
    const pod = await startPod(node, podSpec("hosted", { ports }));
    const { v4, v6 } = node.addresses;
    const ways = [
      ["TCP", v4, 8088],
      ["TCP", v6, 8088],
    ] as const;
    expect(distinct(await askAll(lab.outside.agent, ways))).toEqual(["t/hosted"]);
    await stopPod(pod);
    expect(distinct(await askAll(lab.outside.agent, ways))).toEqual(["refused"]);
  });

  it("gives a deleted pod's addresses to another", async () => {
    const [client, first] = await Promise.all([
      startPod(node, podSpec("client")),
      startPod(node, podSpec("first")),
    ]);
    expect(distinct(await askAll(client.agent, everyWayTo(first)))).toEqual(["t/first"]);
    await stopPod(first);
    expect(await ask(client.agent, "TCP", first.addresses.v4, 80)).not.toBe("t/first");
    const { v4, v6 } = first.addresses;
    const second = await startPod(node, podSpec("second", { addresses: [v4, v6] }));
    expect(second.addresses).toEqual(first.addresses);
    expect(distinct(await askAll(client.agent, everyWayTo(second)))).toEqual(["t/second"]);
  });

  it("says what a plugin says, and leaves nothing of a pod that could not be", async () => {
    const pod = await startPod(node, podSpec("holder"));
    const before = await results();
    await expect(startPod(node, podSpec("late", { addresses: [pod.addresses.v4] }))).rejects.toThrow(
      /CNI bridge ADD.*not available/,
    );
    expect(await results()).toEqual(before);
    const reserved = await readdir(join(node.dir, "cni/networks/cbr0"));
    const holders = await Promise.all(
      reserved
        .filter((file) => /^[0-9a-f.:]+$/.test(file))
        .map((file) => readFile(join(node.dir, "cni/networks/cbr0", file), "utf8")),
    );
    const known = new Set(before.flatMap((name) => name.split("-")));
    expect(
      holders.map((text) => text.split(/\s/)[0]).filter((id) => id === undefined || !known.has(id)),
    ).toEqual([]);
  });
});
