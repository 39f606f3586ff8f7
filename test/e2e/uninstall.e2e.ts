import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { helmProgram } from "../../scripts/deploy/helm.ts";
import { startProgress } from "../../src/lab/progress.ts";
import { installChart, uninstallChart, upgradeChart } from "../cluster/rig/chart.ts";
import { beforeFile, installSelvedge, rolledOut } from "../cluster/rig/install-selvedge.ts";
import { kernelState, mangleState } from "../cluster/rig/kernel-state.ts";
import { kubectl } from "../cluster/rig/kubectl.ts";
import { type ClusterShape, nodeNames } from "../cluster/rig/shape.ts";
import { standingCluster } from "../cluster/rig/standing-cluster.ts";
import { uninstallSelvedge } from "../cluster/rig/uninstall-selvedge.ts";
import { useNamespace } from "./support/namespace.ts";
import { remove } from "./support/api.ts";
import { opens } from "./support/connects.ts";
import { threePods, ways } from "./support/three-pods.ts";
import { expectTight, underTraffic } from "./support/traffic.ts";

const hasHelm = existsSync(helmProgram());

describe("uninstalled", () => {
  const namespace = useNamespace("e2e-uninstall");
  const progress = startProgress(process.stderr);
  let shape: ClusterShape;
  let without: readonly string[];
  const states = (): Promise<string[]> => Promise.all(nodeNames(shape).map((node) => kernelState(node)));

  beforeAll(async () => {
    shape = await standingCluster();
    await uninstallSelvedge(progress);
    without = await states();
  });
  afterAll(() => installSelvedge(shape, progress));

  /** As it is with Selvedge, and then without it. */
  async function leavesNothing(
    uninstall: () => Promise<void>,
    meanwhile: (pods: Awaited<ReturnType<typeof threePods>>) => Promise<void>,
  ): Promise<void> {
    const pods = await threePods(namespace);
    for (const [i, state] of (await states()).entries()) expect(state).not.toBe(without[i]);
    await meanwhile(pods);
    await uninstall();
    expect(await states()).toEqual(without);
    expect(await kubectl(["api-resources", "--api-group=selvedge.dev", "--no-headers"])).toBe("");
    expect(await kubectl(["get", "namespace", "selvedge-system", "--ignore-not-found"])).toBe("");
    // Nothing is enforced any more.
    await opens(pods.foe.netnsPath, pods.server.ip);
    await remove("networkpolicy,pod", "--all", "-n", namespace);
  }

  it("it leaves nodes byte by byte as they were before its first day: mangle tables and sets", async () => {
    for (const node of nodeNames(shape))
      expect(await mangleState(node)).toBe(await readFile(beforeFile(node), "utf8"));
  });

  it("it leaves nodes byte by byte as they were: rules and sets", async () => {
    await installSelvedge(shape, progress);
    await leavesNothing(
      () => uninstallSelvedge(progress),
      () => Promise.resolve(),
    );
  });

  it.skipIf(!hasHelm)(
    hasHelm
      ? "it leaves nothing of Helm's chart, either, which is upgraded under traffic"
      : "Helm's chart [skipped: make helm]",
    async () => {
      await installChart();
      await rolledOut();
      await leavesNothing(
        () => uninstallSelvedge(progress, uninstallChart),
        async (pods) => {
          const result = await underTraffic(Object.values(pods), ways, async () => {
            await upgradeChart("logLevel=debug");
            await rolledOut();
          });
          expectTight("helm upgrade", result);
          const args = await kubectl(
            "-n selvedge-system get daemonset selvedge-enforcer -o jsonpath={..args}".split(" "),
          );
          expect(args).toContain("--log-level=debug");
        },
      );
    },
  );
});
