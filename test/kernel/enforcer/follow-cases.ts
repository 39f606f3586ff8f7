import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type LabCluster, deletePod, runPod } from "../../../src/lab/cluster/lab-cluster.ts";
import { apply, mergePatch, objectPath, remove } from "../../../src/lab/cluster/objects.ts";
import { must } from "../../support/must.ts";
import { type TestPod, follows, namespace, networkPolicy, podPlan, way } from "./playground.ts";

/** The pods that the cases are about. */
export const followPods: readonly TestPod[] = [
  { name: "server", node: "node1", labels: { app: "server" } },
  { name: "near", node: "node1", labels: { app: "client" } },
  { name: "far", node: "node2", labels: { app: "client" } },
  { namespace: "y", name: "stranger", node: "node2" },
];

const denyIngress = networkPolicy("deny", { podSelector: { matchLabels: { app: "server" } } });
const allowFrom = (from: object): Readonly<Record<string, unknown>> =>
  networkPolicy("allow", { podSelector: { matchLabels: { app: "server" } }, ingress: [{ from: [from] }] });

const policyRef = (name: string) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  namespace: "x",
  name,
});
const podPath = (name: string): string => objectPath({ apiVersion: "v1", kind: "Pod", namespace: "x", name });

/** Whatever changes in a cluster whose nodes are enforced, the wire follows. `title` names the cluster where the times are told. */
export function followCases(title: string, theCluster: () => LabCluster): void {
  const took: string[] = [];
  let cluster: LabCluster;

  beforeAll(() => {
    cluster = theCluster();
  });
  afterAll(() => console.log(`${title}: change -> wire, in ms: ${took.join(", ")}`));
  afterEach(async () => {
    for (const policy of ["deny", "allow"]) {
      await remove(cluster.control.client, policyRef(policy)).catch(() => undefined);
    }
    await mergePatch(cluster.control.client, podPath("near"), { metadata: { labels: { app: "client" } } });
    await follows(cluster, { from: "y/stranger", to: "x/server" }, "open");
  });

  const expectWay = async (what: string, from: string, wanted: "open" | "closed"): Promise<void> => {
    for (const family of ["v4", "v6"] as const) {
      const ms = await follows(cluster, { from, to: "x/server", family }, wanted);
      took.push(`${what} ${family} ${Math.round(ms)}`);
      expect(await way(cluster, { from, to: "x/server", family, protocol: "UDP" })).toBe(wanted);
    }
  };

  it("when a policy is created, changed and deleted", async () => {
    const { client } = cluster.control;
    await apply(client, denyIngress);
    await expectWay("created", "x/near", "closed");
    await expectWay("created", "x/far", "closed");
    await apply(client, {
      ...denyIngress,
      spec: { podSelector: { matchLabels: { app: "server" } }, ingress: [{}] },
    });
    await expectWay("changed", "x/far", "open");
    await apply(client, denyIngress);
    await expectWay("changed", "x/far", "closed");
    await remove(client, policyRef("deny"));
    await expectWay("deleted", "x/far", "open");
  });

  it("when a pod is relabelled, as a peer and as a subject", async () => {
    const { client } = cluster.control;
    await apply(client, allowFrom({ podSelector: { matchLabels: { app: "client" } } }));
    await expectWay("created", "y/stranger", "closed");
    await expectWay("created", "x/near", "open");
    await mergePatch(client, podPath("near"), { metadata: { labels: { app: "other" } } });
    await expectWay("peer relabelled", "x/near", "closed");
    await mergePatch(client, podPath("near"), { metadata: { labels: { app: "client" } } });
    await expectWay("peer relabelled", "x/near", "open");
    await mergePatch(client, podPath("server"), { metadata: { labels: { app: "free" } } });
    await expectWay("subject relabelled", "y/stranger", "open");
    await mergePatch(client, podPath("server"), { metadata: { labels: { app: "server" } } });
    await expectWay("subject relabelled", "y/stranger", "closed");
  });

  it("when a namespace is relabelled", async () => {
    const { client } = cluster.control;
    await apply(client, allowFrom({ namespaceSelector: { matchLabels: { team: "friends" } } }));
    await expectWay("created", "y/stranger", "closed");
    await apply(client, namespace("y", { team: "friends" }));
    await expectWay("namespace relabelled", "y/stranger", "open");
    await apply(client, namespace("y", { team: "strangers" }));
    await expectWay("namespace relabelled", "y/stranger", "closed");
  });

  it("when a pod is deleted and its address goes to another, as a peer and as a subject", async () => {
    const { client } = cluster.control;
    await apply(client, allowFrom({ podSelector: { matchLabels: { app: "guest" } } }));
    await expectWay("created", "x/far", "closed");
    const guest = podPlan({ name: "guest", node: "node2", labels: { app: "guest" } });
    const { addresses } = await runPod(cluster, guest);
    await expectWay("peer added", "x/guest", "open");
    await deletePod(cluster, "x/guest");
    const reuse = [addresses.v4, addresses.v6];
    await runPod(cluster, {
      ...podPlan({ name: "heir", node: "node2", labels: { app: "client" } }),
      addresses: reuse,
    });
    expect(must(cluster.pods.get("x/heir"), "heir").addresses).toEqual(addresses);
    await expectWay("address reused", "x/heir", "closed");
    await deletePod(cluster, "x/heir");
    await runPod(cluster, {
      ...podPlan({ name: "subject", node: "node2", labels: { app: "server" } }),
      addresses: reuse,
    });
    await follows(cluster, { from: "y/stranger", to: "x/subject" }, "closed");
    await deletePod(cluster, "x/subject");
    await runPod(cluster, { ...podPlan({ name: "nobody", node: "node2" }), addresses: reuse });
    await follows(cluster, { from: "y/stranger", to: "x/nobody" }, "open");
    await deletePod(cluster, "x/nobody");
  });
}
