import { existsSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

import { afterEach, expect, it } from "vitest";

import { execOrThrow } from "../../../src/kernel/exec.ts";
import type { Backend } from "../../../src/lab/backend.ts";
import { attachLab } from "../../../src/lab/attach.ts";
import { startForwarder } from "../../../src/lab/forwarder/start.ts";
import { createLab, type Lab } from "../../../src/lab/lab.ts";
import { labDir, NETNS_DIR } from "../../../src/lab/names.ts";
import { startPod, stopPod, type LabPod } from "../../../src/lab/pod.ts";
import { killProcess, labProcesses } from "../../../src/lab/processes.ts";
import { spawnInNode } from "../../../src/lab/spawn.ts";
import { labNames, teardown } from "../../../src/lab/teardown.ts";
import { describeKernel } from "../support.ts";
import { ask, podSpec, sure } from "./fixture.ts";

const NAME = "tdown";

/** Everything of a lab that can be seen from the machine. */
function traces(): { readonly netns: string[]; readonly processes: number[]; readonly files: boolean } {
  const netns = existsSync(NETNS_DIR)
    ? readdirSync(NETNS_DIR).filter((name) => name.startsWith(`sv-${NAME}-`))
    : [];
  return { netns, processes: labProcesses(NAME, new Set()), files: existsSync(labDir(NAME)) };
}

const NOTHING = { netns: [], processes: [], files: false };

async function labWithPods(): Promise<{ readonly lab: Lab; readonly pods: readonly LabPod[] }> {
  const lab = await createLab({ name: NAME });
  const pods = await Promise.all(lab.nodes.map((node) => startPod(node, podSpec(`on-${node.name}`))));
  return { lab, pods };
}

describeKernel("the life of a lab", () => {
  afterEach(() => teardown(NAME));

  it("leaves nothing behind, and says what it found", async () => {
    await labWithPods();
    expect(labNames()).toContain(NAME);
    // fabric, outside, two nodes, two pods; two holders, five agents.
    expect(await teardown(NAME)).toEqual({ namespaces: 6, processes: 7 });
    expect(traces()).toEqual(NOTHING);
    expect(await teardown(NAME)).toEqual({ namespaces: 0, processes: 0 });
  });

  it("leaves nothing of a lab that could not be built", async () => {
    // Holders run and the fabric stands when the first rule is to be written.
    await expect(createLab({ name: NAME, backend: "none" as Backend })).rejects.toThrow(
      /iptables-none-restore/,
    );
    expect(traces()).toEqual(NOTHING);
  });

  it("removes a lab whose files are lost", async () => {
    const { lab } = await labWithPods();
    rmSync(lab.dir, { recursive: true });
    await teardown(NAME);
    expect(traces()).toEqual(NOTHING);
  });

  it("removes a lab whose processes are gone", async () => {
    await labWithPods();
    for (const pid of labProcesses(NAME, new Set())) killProcess(pid);
    await teardown(NAME);
    expect(traces()).toEqual(NOTHING);
  });

  it("removes a lab whose namespaces have lost their names", async () => {
    const { lab } = await labWithPods();
    const names = traces().netns.map((name) => `netns del ${name}\n`);
    await execOrThrow(lab.exec, { command: "ip", args: ["-batch", "-"], input: names.join("") });
    await teardown(NAME);
    expect(traces()).toEqual(NOTHING);
  });

  it("removes a pod that was half built, and daemons in a node", async () => {
    const { lab } = await labWithPods();
    await execOrThrow(lab.exec, { command: "ip", args: ["netns", "add", `sv-${NAME}-p-0123456789ab`] });
    const daemon = spawnInNode(sure(lab.nodes[0]), "sleep", ["1000"], { stdio: "ignore" });
    const ended = new Promise((resolve) => daemon.once("exit", (_, signal) => resolve(signal)));
    await teardown(NAME);
    expect(await ended).toBe("SIGKILL");
    expect(traces()).toEqual(NOTHING);
  });

  it("takes a lab's place by building it again, and leaves other labs alone", async () => {
    const other = await createLab({ name: `${NAME}2`, nodes: 1 });
    await labWithPods();
    await labWithPods();
    await teardown(NAME);
    expect(traces()).toEqual(NOTHING);
    const pod = await startPod(sure(other.nodes[0]), podSpec("still"));
    expect(await ask(other.outside.agent, "TCP", pod.addresses.v6, 80)).toBe("t/still");
    await teardown(`${NAME}2`);
  });

  it("can be come back to", async () => {
    const { pods } = await labWithPods();
    for (const pod of pods) pod.agent.disconnect();
    const again = await attachLab(NAME);
    expect(again.pods.map((pod) => pod.name).sort()).toEqual(["on-node1", "on-node2"]);
    const [a, b] = [sure(again.pods[0]), sure(again.pods[1])];
    expect(await ask(a.agent, "TCP", b.addresses.v4, 80)).toBe(`t/${b.name}`);
    await stopPod(a);
    expect(await ask(b.agent, "TCP", a.addresses.v4, 80)).not.toBe(`t/${a.name}`);
  });

  it("shows a node its own /run and the API server on its loopback", async () => {
    const { lab } = await labWithPods();
    const node = sure(lab.nodes[0]);
    const socket = join(lab.dir, "api.sock");
    const server = createServer((request, response) => {
      response.end(`hello ${request.url}`);
    });
    await new Promise<void>((resolve) => {
      server.listen(socket, resolve);
    });
    await startForwarder(node, 6443, socket);
    const script = 'fetch("http://127.0.0.1:6443/readyz").then(async (r) => console.log(await r.text()))';
    const run = { command: process.execPath, args: ["-e", script] };
    expect(await execOrThrow(node.exec, run)).toBe("hello /readyz\n");
    server.closeAllConnections();
    server.close();

    await execOrThrow(node.exec, {
      command: "sh",
      args: ["-ec", "echo mine >/run/mine; ls /sys/class/net/cni0"],
    });
    expect(existsSync("/run/mine")).toBe(false);
  });
});
