import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Exec } from "../../../src/kernel/exec.ts";
import type { KubeObject } from "../../../src/lab/apiserver/kube-object.ts";
import { PATIENCE, admittedIn, isolatedIn, onlyFront, pod, ready } from "../fixture.ts";
import { policiesPath, policy } from "../controller/fixture.ts";
import { type ControlledRig, controlledRig } from "./rig.ts";

const API = "10.244.1.1";
const FRONT = "10.244.1.2";
const FAR = "10.244.2.1";
/** On the other nobody runs an enforcer. */
const ON_OUR_NODE = "1/2 nodes, waiting for n2";

const rest = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

const seeded = async (): Promise<ControlledRig> => {
  const rig = await controlledRig();
  for (const each of [pod("api", API), pod("front", FRONT), pod("far", FAR, { node: "n2" }), onlyFront])
    rig.server.seed(each);
  return rig;
};

const isolated = (rig: ControlledRig) => expect.poll(() => isolatedIn(rig.kernel), PATIENCE);

/** A server that is there and answers nothing of use, and connections that end. */
function takeAway(rig: ControlledRig): void {
  rig.disturb(() => ({ status: 503 }));
  rig.server.cutConnections();
}

/** Looks at the kernel after every program that ran: these pods are never open. */
function watched(
  rig: ControlledRig,
  closed: readonly string[],
): { readonly exec: Exec; readonly open: string[] } {
  const open: string[] = [];
  const exec: Exec = async (request) => {
    const result = await rig.programs.exec(request);
    const now = isolatedIn(rig.kernel);
    for (const address of closed) if (!now.includes(address)) open.push(address);
    return result;
  };
  return { exec, open };
}

const enforcedCondition = ({ server }: ControlledRig, name: string): unknown => {
  const found = server
    .objects("compiledpolicies.selvedge.dev")
    .find(({ metadata }) => metadata.name === name);
  const status = found?.["status"] as
    | { readonly conditions?: readonly { readonly type: string; readonly message: string }[] }
    | undefined;
  return status?.conditions?.find(({ type }) => type === "Enforced")?.message;
};

describe("an enforcer that follows a controller", () => {
  test("puts into the kernel what is published, says so, and the policy becomes Enforced", async () => {
    const rig = await seeded();
    rig.start();
    const enforcer = rig.enforce();
    await ready(enforcer);
    expect(isolatedIn(rig.kernel)).toEqual([API, FRONT]);
    expect(admittedIn(rig.kernel, API)).toEqual([FRONT]);
    await expect.poll(rig.said, PATIENCE).toMatchObject({ ready: true, backend: "nft", errors: [] });
    await expect.poll(() => enforcedCondition(rig, "only-front"), PATIENCE).toBe(ON_OUR_NODE);
    await rig.request(
      "POST",
      policiesPath(),
      policy("api", { podSelector: { matchLabels: { app: "api" } } }),
    );
    await expect.poll(() => enforcedCondition(rig, "api"), PATIENCE).toBe("1/1 nodes");
    await rig.request("DELETE", `${policiesPath()}/only-front`);
    await rig.request("DELETE", `${policiesPath()}/api`);
    await isolated(rig).toEqual([]);
  });

  test("writes nothing before some controller has published the whole, and says what it waits for", async () => {
    const rig = await seeded();
    const enforcer = rig.enforce({ driftInterval: 5 });
    await expect
      .poll(enforcer.notReady, PATIENCE)
      .toBe("waiting for a controller to have published everything once");
    await rest(100);
    expect(rig.programs.requests).toEqual([]);
    rig.start();
    await ready(enforcer);
    await isolated(rig).toEqual([API, FRONT]);
  });

  test("goes on without API server and controller, starts without them, and catches up without a window", async () => {
    const rig = await seeded();
    const controller = rig.start();
    const first = rig.enforce({ driftInterval: 20 });
    await ready(first);
    await isolated(rig).toEqual([API, FRONT]);
    await controller.stop();
    takeAway(rig);
    // A pod that comes meanwhile is known by the runtime alone, and is closed; what somebody breaks is mended.
    rig.kernel.ipset(
      `del ${[...rig.kernel.sets.keys()].find((name) => name.includes("ingress")) ?? ""} ${API}`,
    );
    await isolated(rig).toEqual([API, FRONT]);
    expect(first.notReady()).toBeUndefined();
    await first.stop();

    const { exec, open } = watched(rig, [API, FRONT]);
    const before = rig.written();
    const second = rig.enforce({ exec, driftInterval: 20 });
    await rest(300);
    expect(second.notReady()).toContain("waiting for");
    expect(rig.written()).toBe(before);
    // While nobody is there to tell: another policy comes, and nobody is let in any more.
    rig.server.seed(policy("api", { podSelector: { matchLabels: { app: "api" } } }) as KubeObject);
    rig.server.seed(policy("only-front", { podSelector: {} }) as KubeObject);
    rig.server.seed(pod("late", "10.244.1.5"));
    rig.disturb(() => undefined);
    await ready(second);
    rig.start();
    await isolated(rig).toEqual([API, FRONT, "10.244.1.5"]);
    await expect.poll(() => admittedIn(rig.kernel, API), PATIENCE).toEqual([]);
    expect(open).toEqual([]);
  });

  test("keeps the last good version of what is edited or destroyed while no controller is there, and tells", async () => {
    const rig = await seeded();
    const controller = rig.start();
    const enforcer = rig.enforce({ driftInterval: 20 });
    await ready(enforcer);
    await isolated(rig).toEqual([API, FRONT]);
    await controller.stop();
    const written = rig.written();
    const [group] = rig.server.objects("addressgroups.selvedge.dev");
    const slice = `/apis/selvedge.dev/v1alpha1/addressgroups/${String(group?.metadata.name)}`;
    const compiled = "/apis/selvedge.dev/v1alpha1/namespaces/default/compiledpolicies/only-front";
    const endpoints = [{ pod: "default/far", ips: [FAR] }];
    await rig.request("PATCH", slice, { spec: { endpoints } });
    await rig.request("PATCH", compiled, { spec: { isolates: [], ingress: [] } });
    await expect
      .poll(() => rig.said()?.["errors"], PATIENCE)
      .toEqual([
        {
          object: "CompiledPolicy default/only-front",
          message: "cannot be read; the last good version is in force",
        },
        {
          object: `AddressGroup ${String(group?.metadata.name).slice(0, -2)}`,
          message: "its slices cannot be read; the last good version is in force",
        },
      ]);
    await rig.request("DELETE", slice);
    await rest(100);
    expect(isolatedIn(rig.kernel)).toEqual([API, FRONT]);
    expect(admittedIn(rig.kernel, API)).toEqual([FRONT]);
    expect(rig.written()).toBe(written);
    expect(rig.log.filter(({ msg }) => msg === "invalid object").length).toBeGreaterThanOrEqual(2);
    rig.start();
    await expect.poll(() => rig.said()?.["errors"], PATIENCE).toEqual([]);
    await expect.poll(() => enforcedCondition(rig, "only-front"), PATIENCE).toBe(ON_OUR_NODE);
    expect(rig.written()).toBe(written);
  });

  test("lets a new pod of its own node in, and isolates it, though no controller is there to publish it", async () => {
    const rig = await seeded();
    const controller = rig.start();
    const enforcer = rig.enforce();
    await mkdir(rig.cniCache, { recursive: true });
    await ready(enforcer);
    await isolated(rig).toEqual([API, FRONT]);
    await controller.stop();
    const newborn = pod("front-2", "10.244.1.6");
    const labels = { ...newborn.metadata.labels, app: "front" };
    // As it is told before its status has an address: only the runtime knows that yet.
    rig.server.seed({ ...newborn, metadata: { ...newborn.metadata, labels }, status: { phase: "Pending" } });
    await writeFile(join(rig.cniCache, "cbr0-1-eth0"), cniResult("front-2", "10.244.1.6"));
    await expect.poll(() => admittedIn(rig.kernel, API), PATIENCE).toEqual([FRONT, "10.244.1.6"]);
    expect(isolatedIn(rig.kernel)).toEqual([API, FRONT, "10.244.1.6"]);
  });
});

const cniResult = (name: string, address: string): string =>
  JSON.stringify({
    kind: "cniCacheV1",
    ifName: "eth0",
    cniArgs: [
      ["K8S_POD_NAMESPACE", "default"],
      ["K8S_POD_NAME", name],
    ],
    result: { ips: [{ address: `${address}/24` }] },
  });
