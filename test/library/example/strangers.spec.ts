import * as fc from "fast-check";
import { type Pod, compile, isNoTraffic, loadCluster, podEnd, reach } from "selvedge";
import { it } from "vitest";

const { cluster, party } = await loadCluster(["manifests"]);
const elsewhere = cluster.namespaces.filter(({ name }) => name !== "payments");
const stranger = fc
  .tuple(fc.constantFrom(...cluster.pods), fc.constantFrom(...elsewhere))
  .map(([pod, { name }]): Pod => ({ ...pod, namespace: name, name: "stranger", addresses: "unknown" }));

it("no pod deployed elsewhere reaches the ledger, under anybody's labels", () => {
  fc.assert(
    fc.property(stranger, (pod) => {
      const program = compile({ ...cluster, pods: [...cluster.pods, pod] });
      const from = { name: "stranger", end: podEnd(pod), several: false };
      return isNoTraffic(reach(program, from, party("payments/ledger")).possible);
    }),
  );
});
