import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { startProgress } from "../../src/lab/progress.ts";
import { beforeFile, installSelvedge } from "../cluster/rig/install-selvedge.ts";
import { kernelState, mangleState } from "../cluster/rig/kernel-state.ts";
import { kubectl } from "../cluster/rig/kubectl.ts";
import { nodeNames } from "../cluster/rig/shape.ts";
import { standingCluster } from "../cluster/rig/standing-cluster.ts";
import { uninstallSelvedge } from "../cluster/rig/uninstall-selvedge.ts";
import { useNamespace } from "./support/namespace.ts";
import { remove } from "./support/api.ts";
import { opens } from "./support/connects.ts";
import { threePods } from "./support/three-pods.ts";

describe("uninstalled", () => {
  const namespace = useNamespace("e2e-uninstall");
  const progress = startProgress(process.stderr);

  it("it leaves nodes byte by byte as they were: rules and sets", async () => {
    const shape = await standingCluster();
    const states = (): Promise<string[]> => Promise.all(nodeNames(shape).map((node) => kernelState(node)));
    await uninstallSelvedge(progress);
    const without = await states();
    for (const node of nodeNames(shape))
      expect(await mangleState(node)).toBe(await readFile(beforeFile(node), "utf8"));

    await installSelvedge(shape, progress);
    const { foe, server } = await threePods(namespace);
    const enforced = await states();
    for (const [i, state] of enforced.entries()) expect(state).not.toBe(without[i]);

    await uninstallSelvedge(progress);
    expect(await states()).toEqual(without);
    expect(await kubectl(["api-resources", "--api-group=selvedge.dev", "--no-headers"])).toBe("");
    // Nothing is enforced any more.
    await opens(foe.netnsPath, server.ip);
    await remove("networkpolicy", "--all", "-n", namespace);
    await installSelvedge(shape, progress);
  });
});
