/* The doctor beside a real enforcer, and cleanup before and after that enforcer is stopped. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ExecResult } from "../../../src/kernel/exec.ts";
import { iptablesBeside } from "../../../src/lab/backend.ts";
import { type RunningEnforcer, startEnforcer } from "../../../src/lab/cluster/enforcers.ts";
import type { LabCluster } from "../../../src/lab/cluster/lab-cluster.ts";
import { apply } from "../../../src/lab/cluster/objects.ts";
import type { LabNode } from "../../../src/lab/node.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { root } from "../../cli/selvedge.ts";
import { must } from "../../support/must.ts";
import { backends } from "../backends.ts";
import { describeKernel } from "../support.ts";
import { asked, follows, networkPolicy, playground, way } from "./playground.ts";

for (const { backend, name: told } of backends) {
  describeKernel(`beside an enforcer (${told})`, () => {
    const name = `left${backend}`;
    let cluster: LabCluster;
    let node: LabNode;
    let enforcer: RunningEnforcer;
    const toServer = { from: "x/client", to: "x/server" } as const;

    const selvedge = (...args: readonly string[]): Promise<ExecResult> =>
      node.exec({ command: join(root, "bin/selvedge"), args });

    beforeAll(async () => {
      cluster = await playground(name, iptablesBeside(backend), [
        { name: "server", node: "node1", labels: { app: "server" } },
        { name: "client", node: "node2" },
      ]);
      node = must(cluster.lab.nodes[0]);
      enforcer = await startEnforcer(node, asked(backend));
      const spec = { podSelector: { matchLabels: { app: "server" } }, policyTypes: ["Ingress"] };
      await apply(cluster.control.client, networkPolicy("server", spec));
      await follows(cluster, toServer, "closed");
    });
    afterAll(() => teardown(name));

    it("finds nothing wrong", async () => {
      // The kernel may hold a set for a moment after the last rule that named it; the enforcer's next look destroys it.
      await expect
        .poll(
          async () => (await selvedge("doctor")).stdout.split("\n").filter((line) => !line.startsWith("ok ")),
          { timeout: 20_000 },
        )
        .toEqual([""]);
      expect((await selvedge("doctor")).code).toBe(0);
    });

    it("warns that what it removes comes back, and it does", async () => {
      const { code, stdout, stderr } = await selvedge("cleanup");
      expect(stderr).toContain("an enforcer runs on this node");
      expect(stdout).toContain(`removed ${told}, IPv4: `);
      expect(code).toBe(0);
      await follows(cluster, toServer, "closed");
      await expect.poll(async () => (await selvedge("doctor")).code, { timeout: 20_000 }).toBe(0);
    });

    it("is gone for good once the enforcer is stopped, and opens what was closed", async () => {
      await enforcer.stop();
      expect(await way(cluster, toServer)).toBe("closed");
      const { code, stderr } = await selvedge("cleanup");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      await follows(cluster, toServer, "open");
      expect((await selvedge("cleanup")).stdout).toBe("nothing of Selvedge's is here\n");
      expect((await selvedge("doctor")).code).toBe(1);
    });
  });
}
