import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { images } from "../cluster/build/cache.ts";
import { kubectl } from "../cluster/rig/kubectl.ts";
import { until } from "../cluster/rig/until.ts";
import { apply } from "./support/api.ts";
import { closes } from "./support/connects.ts";
import { useNamespace } from "./support/namespace.ts";
import { podManifest, readyPod } from "./support/pod.ts";
import { denyAll, policy } from "./support/policy.ts";

const ports = [
  { protocol: "UDP", port: 53 },
  { protocol: "TCP", port: 53 },
];
const kubeDns = {
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
  podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
};

const hasDns = existsSync(join(images, "coredns.tar"));

describe.skipIf(!hasDns)(hasDns ? "DNS" : "DNS [skipped: CoreDNS could not be built]", () => {
  const namespace = useNamespace("e2e-dns");
  const resolves = (name: string): Promise<boolean> =>
    kubectl(["exec", "-n", namespace, "client", "--", "timeout", "2", "nslookup", name]).then(
      () => true,
      () => false,
    );

  beforeAll(async () => {
    await apply(
      podManifest({ namespace, name: "client", node: "n1" }),
      podManifest({ namespace, name: "other", node: "n2" }),
    );
    await readyPod(namespace, "client");
    await until("a name is resolved", () => resolves("kubernetes.default.svc.cluster.local"));
  });

  it("is closed by default-deny, and opened by a rule for kube-dns through its Service's address", async () => {
    await apply(denyAll(namespace));
    await until("no name is resolved", async () => !(await resolves("kubernetes.default.svc.cluster.local")));
    const egress = [{ to: [kubeDns], ports }];
    await apply(policy(namespace, "allow-dns", { podSelector: {}, policyTypes: ["Egress"], egress }));
    await until("names are resolved again", () => resolves("kubernetes.default.svc.cluster.local"));
    expect(await resolves("kube-dns.kube-system.svc.cluster.local")).toBe(true);
    // The names alone: nothing else of the cluster.
    const [client, other] = [await readyPod(namespace, "client"), await readyPod(namespace, "other")];
    await closes(client.netnsPath, other.ip);
  });
});
