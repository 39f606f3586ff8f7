import { describe, expect, test } from "vitest";
import { bitsOf } from "../support/bits.ts";
import { isWrite } from "../support/netfilter/memory-exec.ts";
import { passes } from "../support/netfilter/traverse.ts";
import { addCni, delCni } from "./cni-files.ts";
import { NODE, PATIENCE, type Rig, pod, ready, rig } from "./fixture.ts";

const node = (podCIDRs: readonly string[]) => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: NODE },
  spec: { podCIDRs: [...podCIDRs] },
});

/** A pod that has been scheduled, of which kubelet has told nothing yet. */
const unborn = (name: string) => ({ ...pod(name, ""), status: { phase: "Pending" } });

/** Whether a packet from the address to a stranger gets by: no policy forbids it. */
const isOpen = ({ kernel }: Rig, from: string): boolean =>
  passes(kernel.tables.IPv4, "FORWARD", {
    source: bitsOf(from),
    destination: bitsOf("9.9.9.9"),
    protocol: "udp",
    port: 53,
    state: "NEW",
    hasLocalSource: false,
  });

async function gated(): Promise<Rig> {
  const made = await rig();
  made.api.seed(node(["10.244.1.0/24"]));
  made.api.seed(pod("old", "10.244.1.1"));
  return made;
}

describe("the start gate", () => {
  test("opens an address when the runtime has told whose it is, and closes it when the pod has gone", async () => {
    const made = await gated();
    const enforcer = made.start();
    await ready(enforcer);
    expect(enforcer.startGate()).toMatchObject({ kind: "on" });
    expect(["10.244.1.1", "10.244.1.2", "10.244.2.1"].map((each) => isOpen(made, each))).toEqual([
      true,
      false,
      true,
    ]);
    await addCni(made.cniCache, { pod: "new", ips: ["10.244.1.2"] });
    // The runtime is ahead of the API: whose labels and policies are not known stays closed.
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    expect(isOpen(made, "10.244.1.2")).toBe(false);
    made.api.seed(unborn("new"));
    await expect.poll(() => isOpen(made, "10.244.1.2"), PATIENCE).toBe(true);
    made.api.seed(pod("new", "10.244.1.2"));
    await delCni(made.cniCache, "new");
    await expect.poll(() => isOpen(made, "10.244.1.2"), PATIENCE).toBe(false);
    expect(isOpen(made, "10.244.1.1")).toBe(true);
  });

  test("costs a pod that nothing isolates one set entry, and no rule", async () => {
    const made = await gated();
    await ready(made.start());
    const before = made.programs.requests.length;
    made.api.seed(unborn("new"));
    await addCni(made.cniCache, { pod: "new", ips: ["10.244.1.2"] });
    await expect.poll(() => isOpen(made, "10.244.1.2"), PATIENCE).toBe(true);
    const writes = made.programs.requests.slice(before).filter(isWrite);
    expect(writes.map(({ command, input }) => `${command} ${input?.trim()}`)).toEqual([
      expect.stringMatching(/^ipset add SV4-known-\S+ 10\.244\.1\.2$/),
    ]);
  });

  test("is not there with --start-gate=off", async () => {
    const made = await gated();
    const enforcer = made.start({ startGate: "off" });
    await ready(enforcer);
    expect(isOpen(made, "10.244.1.2")).toBe(true);
    expect(enforcer.startGate()).toMatchObject({ kind: "off", isAsked: true });
    expect(made.log.filter(({ level }) => level >= 40)).toEqual([]);
  });

  test("is off while the pod CIDRs are unknown, loudly, and on when they are told", async () => {
    const made = await rig();
    const enforcer = made.start({ driftInterval: 10 });
    await ready(enforcer);
    expect(isOpen(made, "10.244.1.2")).toBe(true);
    const warnings = () => made.log.filter(({ level }) => level === 40);
    expect(warnings()).toMatchObject([
      {
        msg: "start gate off: new pods are open until they are programmed",
        why: "the Node has no spec.podCIDRs",
      },
    ]);
    expect(enforcer.startGate()).toMatchObject({ kind: "off", isAsked: false });
    made.api.seed(node(["10.244.1.0/24"]));
    await expect.poll(() => isOpen(made, "10.244.1.2"), PATIENCE).toBe(false);
    expect(warnings()).toHaveLength(1);
  });

  test("is off where another node's pods have this node's addresses", async () => {
    const made = await gated();
    const enforcer = made.start();
    await ready(enforcer);
    made.api.seed(pod("guest", "10.244.1.7", { node: "n2" }));
    await expect.poll(() => isOpen(made, "10.244.1.2"), PATIENCE).toBe(true);
    expect(enforcer.startGate()).toMatchObject({ kind: "off", isAsked: false });
  });
});
