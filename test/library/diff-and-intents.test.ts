import { describe, expect, it } from "vitest";
import { diffClusters, loadCluster, parseCluster, testIntent } from "../../src/index.ts";

const pods = ["web", "api"]
  .map(
    (app) => `{apiVersion: v1, kind: Pod, metadata: {name: ${app}, namespace: shop, labels: {app: ${app}}}}`,
  )
  .join("\n---\n");
const closed = `${pods}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: shop}
spec: {podSelector: {matchLabels: {app: api}}, policyTypes: [Ingress]}
`;

describe("the library", () => {
  it("tells what differs between two clusters, and nothing of a cluster and itself", async () => {
    const [before, after] = await Promise.all([parseCluster(pods), parseCluster(closed)]);
    const { changes, counts } = diffClusters(before, after);
    expect(counts).toEqual({ opened: 0, closed: 2, widened: 0, narrowed: 0 });
    expect(changes.map(({ kind, edits }) => ({ kind, edits }))).toEqual([
      { kind: "closed", edits: [{ kind: "policy", key: "shop/api", change: "added" }] },
    ]);
    expect(diffClusters(after, after).changes).toEqual([]);
  });

  it("tells what an intent comes to", async () => {
    const shop = await loadCluster(["fixtures/shop"]);
    const http = { from: ["shop/front"], to: ["shop/api"], ports: ["http"] };
    expect(testIntent(shop, { expect: "allow", ...http })).toEqual({
      outcome: "holds",
      pairs: 1,
      failures: [],
    });
    expect(testIntent(shop, { expect: "deny", ...http })).toMatchObject({
      outcome: "fails",
      failures: [{ from: "shop/front", to: "shop/api", port: "TCP/3000", verdict: "allowed" }],
    });
    expect(testIntent(shop, { expect: "deny", from: ["nobody"], to: ["world"] }).outcome).toBe("empty");
    expect(() => testIntent(shop, { expect: "deny", from: ["a/b/c/d"], to: ["world"] })).toThrow("want NAME");
  });
});
