import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { liveCluster, selvedgeBeside } from "./live-cluster.ts";
import { root } from "./selvedge.ts";

const manifests = ["namespaces", "workloads", "policies"]
  .map((name) => readFileSync(join(root, `fixtures/shop/${name}.yaml`), "utf8"))
  .join("\n---\n");

it("of a live cluster tells the object and the field's path, where files have lines", async () => {
  const { kubeconfig } = await liveCluster(manifests, {}, "shop");
  const { status, stdout } = await selvedgeBeside([
    "explain",
    "--kubeconfig",
    kubeconfig,
    "front",
    "db:5432",
  ]);
  expect(status).toBe(1);
  expect(stdout).toContain(
    " --> NetworkPolicy shop/db  spec.ingress[0].from[0].podSelector.matchExpressions[0]\n" +
      "  = help: shop/front has app=front\n",
  );
  expect(stdout).toContain("2. add to spec.ingress of shop/db:\n");
  expect(stdout).not.toContain("<cluster>");
});
