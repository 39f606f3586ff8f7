import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Knocker, startKnocker } from "../cluster/latency/start-knocker.ts";
import { apply, remove } from "./support/api.ts";
import { nextAddress } from "./support/give-out-next.ts";
import { useNamespace } from "./support/namespace.ts";
import { podManifest, PORT, readyPod } from "./support/pod.ts";
import { type ThreePods, threePods } from "./support/three-pods.ts";

const BIRTHS = 5;

const now = (): number => performance.timeOrigin + performance.now();

describe("newborn pods", () => {
  const namespace = useNamespace("e2e-newborn");
  let pods: ThreePods;
  let foe: Knocker;

  beforeAll(async () => {
    pods = await threePods(namespace);
    foe = await startKnocker(pods.foe.netnsPath);
  });
  afterAll(() => foe.stop());

  /** Knocks at a pod's address from before it has it until a second after it is ready; how often that opened. */
  async function born(
    name: string,
    role: string,
  ): Promise<{ readonly opens: number; readonly isExpected: boolean }> {
    const address = await nextAddress("n1");
    const since = now();
    foe.at(address, PORT);
    await apply(podManifest({ namespace, name, node: "n1", labels: { role } }));
    const pod = await readyPod(namespace, name);
    await sleep(1_000);
    const opens = foe.opens(since);
    foe.rest();
    await remove("pod", name, "-n", namespace);
    return { opens, isExpected: pod.ip === address };
  }

  it("are seen as soon as they answer where nothing isolates them", async () => {
    const { opens, isExpected } = await born("open", "nobody");
    expect(isExpected).toBe(true);
    expect(opens).toBeGreaterThan(10);
  });

  it("let not one connection in from their first instant that their policy denies", async () => {
    let met = 0;
    for (let i = 0; i < BIRTHS; i += 1) {
      const { opens, isExpected } = await born(`isolated-${i}`, "server");
      expect(opens).toBe(0);
      if (isExpected) met += 1;
    }
    // Another pod may have been given an address that was waited for, but not each time.
    expect(met).toBeGreaterThan(0);
  });
});
