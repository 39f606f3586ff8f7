import { describe, expect, onTestFinished, test, vi } from "vitest";
import { NodeKernel } from "../../src/daemon/node-kernel.ts";
import { must } from "../support/must.ts";
import { failure, isWrite } from "../support/netfilter/memory-exec.ts";
import { PATIENCE, type Rig, admittedIn, isolatedIn, onlyFront, pod, policy, ready, rig } from "./fixture.ts";

const isolated = ({ kernel }: Rig): string[] => isolatedIn(kernel);

/** A rig whose cluster has three pods, two of them on the node, and a policy. */
async function shop(): Promise<Rig> {
  const made = await rig();
  const { api } = made;
  for (const each of [
    pod("api", "10.244.1.1"),
    pod("front", "10.244.1.2"),
    pod("far", "10.244.2.1", { node: "n2" }),
  ])
    api.seed(each);
  api.seed(onlyFront);
  return made;
}

const remove = async ({ api }: Rig, path: string): Promise<void> => {
  await fetch(`${api.url}${path}`, { method: "DELETE" });
};

const rest = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** Until no program has been run for a while. */
async function settled({ programs }: Rig): Promise<void> {
  for (let before = -1; before !== programs.requests.length;) {
    before = programs.requests.length;
    await rest(50);
  }
}

describe("an enforcer", () => {
  test("puts into the kernel what the cluster asks of its node", async () => {
    const made = await shop();
    await ready(made.start());
    expect(isolated(made)).toEqual(["10.244.1.1", "10.244.1.2"]);
    expect(admittedIn(made.kernel, "10.244.1.1")).toEqual(["10.244.1.2"]);
    expect(made.kernel.saveTable("IPv4")).toMatch(/^-A FORWARD .*-j SELVEDGE-FORWARD$/m);
  });

  test.each(["pods", "namespaces", "nodes", "networkpolicies"])(
    "writes nothing and is not ready before it has heard of all %s",
    async (plural) => {
      const made = await shop();
      const gate = Promise.withResolvers<undefined>();
      made.disturb(({ verb, target }) =>
        verb === "list" && target?.plural === plural ? gate.promise : undefined,
      );
      const enforcer = made.start({ driftInterval: 5 });
      await rest(100);
      expect(enforcer.notReady()).toBe("waiting for the first whole view of the cluster");
      expect(made.programs.requests).toEqual([]);
      gate.resolve(undefined);
      await ready(enforcer);
      expect(isolated(made)).toHaveLength(2);
    },
  );

  test("follows a pod that comes, changes its address, and goes", async () => {
    const made = await shop();
    await ready(made.start());
    made.api.seed(pod("late", "10.244.1.3"));
    await expect.poll(() => isolated(made), PATIENCE).toEqual(["10.244.1.1", "10.244.1.2", "10.244.1.3"]);
    made.api.seed(pod("late", "10.244.1.4"));
    await expect.poll(() => isolated(made), PATIENCE).toEqual(["10.244.1.1", "10.244.1.2", "10.244.1.4"]);
    made.api.seed(pod("front", "10.244.1.9"));
    await expect.poll(() => admittedIn(made.kernel, "10.244.1.1"), PATIENCE).toEqual(["10.244.1.9"]);
    await remove(made, "/api/v1/namespaces/default/pods/late?gracePeriodSeconds=0");
    await expect.poll(() => isolated(made), PATIENCE).toEqual(["10.244.1.1", "10.244.1.9"]);
    await remove(made, "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies/only-front");
    await expect.poll(() => isolated(made), PATIENCE).toEqual([]);
  });

  test("runs no program for events that change nothing here", async () => {
    const made = await shop();
    await ready(made.start());
    await settled(made);
    const before = made.programs.requests.length;
    for (let i = 0; i < 20; i += 1)
      made.api.seed(pod("api", "10.244.1.1", { annotations: { tick: `${i}` } }));
    made.api.seed(pod("unrelated", "10.244.2.9", { node: "n2" }));
    made.api.seed({ apiVersion: "v1", kind: "Namespace", metadata: { name: "other" } });
    await rest(100);
    expect(made.programs.requests.length).toBe(before);
  });

  test("started anew beside its own rules writes nothing", async () => {
    const made = await shop();
    await ready(made.start());
    await settled(made);
    const before = made.writes();
    await ready(made.start());
    await settled(made);
    expect(made.writes()).toBe(before);
  });

  test("finds and repairs what others changed", async () => {
    const made = await shop();
    await ready(made.start({ driftInterval: 20 }));
    made.kernel.restoreTable("IPv4", "*mangle\n:SELVEDGE-FORWARD - [0:0]\nCOMMIT\n");
    expect(isolated(made)).toEqual([]);
    const group = must([...made.kernel.sets.keys()].find((name) => name.startsWith("SV4-G-")));
    made.kernel.ipset(`del ${group} 10.244.1.2`);
    await expect.poll(() => isolated(made), PATIENCE).toHaveLength(2);
    await expect.poll(() => admittedIn(made.kernel, "10.244.1.1"), PATIENCE).toEqual(["10.244.1.2"]);
  });
});

describe("a policy that is invalid", () => {
  test("isolates its pods and allows nothing, and is said", async () => {
    const made = await rig();
    made.api.seed(pod("api", "10.244.1.1"));
    // What admission would never let by: it is stored, by an older server or by hand.
    made.api.seed(
      policy("broken", { podSelector: {}, ingress: [{ ports: [{ port: 99_999 }] }, { from: "anybody" }] }),
    );
    await ready(made.start());
    expect(isolated(made)).toEqual(["10.244.1.1"]);
    const chain = [...made.kernel.tables.IPv4.chains].find(([name]) => name.startsWith("SV-C-"));
    expect(chain?.[1].map(({ target }) => target.kind)).toEqual(["log", "drop"]);
    expect(made.log.filter(({ msg }) => msg === "invalid object")).toMatchObject([
      { object: "default/broken", consequence: "what is invalid in it allows nothing" },
    ]);
  });

  test("does not keep others from being enforced, nor does any other object", async () => {
    const made = await shop();
    made.api.seed(
      policy("broken", {
        podSelector: { matchLabels: { app: "api" } },
        ingress: [{ ports: [{ port: 99_999 }] }],
      }),
    );
    made.api.seed({
      ...pod("odd", "10.244.1.7"),
      status: { phase: "Running", podIPs: [{ ip: "not an address" }] },
    });
    await ready(made.start());
    expect(isolated(made)).toEqual(["10.244.1.1", "10.244.1.2"]);
    expect(made.log.filter(({ msg }) => msg === "invalid object").map(({ object }) => object)).toEqual(
      expect.arrayContaining(["default/broken", "default/odd"]),
    );
  });
});

describe("while the API server is away", () => {
  test("what stands stays, each interruption is said once, and all is caught up with", async () => {
    const made = await shop();
    const enforcer = made.start();
    await ready(enforcer);
    await settled(made);
    const before = made.writes();
    made.disturb(() => "cut");
    made.api.cutConnections();
    const lost = () => made.log.filter(({ msg }) => msg.startsWith("the API server cannot be followed"));
    const found = () => made.log.filter(({ msg }) => msg === "the API server is followed again");
    await expect.poll(lost, PATIENCE).toHaveLength(4);
    await rest(1_000);
    expect(lost()).toHaveLength(4);
    expect(found()).toHaveLength(0);
    expect(made.writes()).toBe(before);
    expect(enforcer.notReady()).toBeUndefined();
    expect(isolated(made)).toHaveLength(2);

    made.api.seed(pod("late", "10.244.1.3"));
    made.disturb(() => undefined);
    await expect.poll(() => isolated(made), PATIENCE).toHaveLength(3);
    await expect
      .poll(
        () =>
          found()
            .map(({ collection }) => String(collection))
            .toSorted((a, b) => (a < b ? -1 : 1)),
        PATIENCE,
      )
      .toEqual([
        "/api/v1/namespaces",
        "/api/v1/nodes",
        "/api/v1/pods",
        "/apis/networking.k8s.io/v1/networkpolicies",
      ]);
  });
});

describe("a kernel that refuses", () => {
  test("is tried again by itself; the trouble is shown until it is over", async () => {
    const made = await shop();
    let isBroken = true;
    made.programs.disturb(({ command }) =>
      isBroken && command === "iptables-nft-restore"
        ? failure("Another app holds the xtables lock")
        : undefined,
    );
    const enforcer = made.start();
    await expect
      .poll(enforcer.notReady, PATIENCE)
      .toBe("write IPv4 rules: Another app holds the xtables lock");
    expect(isolated(made)).toEqual([]);
    isBroken = false;
    await ready(enforcer);
    expect(isolated(made)).toHaveLength(2);
    expect(made.log.some(({ level, msg }) => level === 50 && msg.startsWith("could not write"))).toBe(true);
  });

  test("to be read is not written", async () => {
    const made = await shop();
    made.programs.disturb(({ command }) => (command === "ipset" ? failure("not found", 127) : undefined));
    const enforcer = made.start();
    await expect.poll(enforcer.notReady, PATIENCE).toBe("read the kernel: ipset save: exit 127: not found");
    expect(made.programs.requests.filter(isWrite)).toEqual([]);
    made.programs.disturb(() => undefined);
    await ready(enforcer);
  });

  test("by an exception of our own is shown, and tried again, and takes nothing down", async () => {
    const made = await shop();
    const bring = vi.spyOn(NodeKernel.prototype, "bring");
    onTestFinished(() => bring.mockRestore());
    bring.mockRejectedValue(new Error("a fault of ours"));
    const enforcer = made.start();
    await expect.poll(enforcer.notReady, PATIENCE).toContain("a fault of ours");
    bring.mockRestore();
    await ready(enforcer);
    expect(isolated(made)).toHaveLength(2);
  });
});

describe("flows", () => {
  const flow = (from: string, to: string): string =>
    `tcp 6 9 ESTABLISHED src=${from} dst=${to} sport=9 dport=80 src=${to} dst=${from} sport=80 dport=9 use=1`;
  const cuts = ({ programs }: Rig): string[] =>
    programs.requests.filter(({ command }) => command === "sh").map(({ input = "" }) => input);

  test("that a policy no longer allows are cut, others live", async () => {
    const made = await shop();
    made.programs.flows.IPv4.push(flow("10.244.1.2", "10.244.1.1"), flow("10.244.2.1", "10.244.1.1"));
    await ready(made.start());
    await expect
      .poll(() => cuts(made), PATIENCE)
      .toEqual(["-D -f ipv4 -p tcp -s 10.244.2.1 -d 10.244.1.1 --sport 9 --dport 80\n"]);
  });

  test("of a pod that is gone, or whose address is another's, are cut with it", async () => {
    const made = await rig();
    made.api.seed(pod("api", "10.244.1.1"));
    await ready(made.start());
    made.programs.flows.IPv4.push(flow("10.244.1.1", "1.1.1.1"));
    made.api.seed(pod("api", "10.244.1.5"));
    await expect
      .poll(() => cuts(made), PATIENCE)
      .toEqual(["-D -f ipv4 -p tcp -s 10.244.1.1 -d 1.1.1.1 --sport 9 --dport 80\n"]);
  });

  test("are looked at again after a fault of our own, which no pass notices", async () => {
    const made = await shop();
    made.programs.flows.IPv4.push(flow("10.244.2.1", "10.244.1.1"));
    made.programs.disturb(({ command }) => {
      if (command !== "conntrack") return undefined;
      throw new Error("a fault of ours");
    });
    await ready(made.start());
    const said = () => made.log.filter(({ trouble }) => trouble === "Error: a fault of ours");
    await expect.poll(said, PATIENCE).toHaveLength(1);
    made.programs.disturb(() => undefined);
    await expect.poll(() => cuts(made), PATIENCE).toHaveLength(1);
  });

  test("that could not be cut are cut as soon as they can be; said once", async () => {
    const made = await shop();
    made.programs.flows.IPv4.push(flow("10.244.2.1", "10.244.1.1"));
    made.programs.disturb(({ command }) => (command === "conntrack" ? failure("not found", 127) : undefined));
    await ready(made.start({ driftInterval: 10 }));
    const said = (text: string) => made.log.filter(({ msg }) => msg.includes(text));
    await expect.poll(() => said("live on"), PATIENCE).toHaveLength(1);
    await rest(100);
    expect(said("live on")).toHaveLength(1);
    expect(cuts(made)).toEqual([]);
    made.programs.disturb(() => undefined);
    await expect.poll(() => cuts(made), PATIENCE).toHaveLength(1);
    expect(said("can be cut again")).toHaveLength(1);
    await rest(100);
    expect(cuts(made)).toHaveLength(1);
  });
});
