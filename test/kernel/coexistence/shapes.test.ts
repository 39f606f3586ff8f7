/* The whole matrix in every shape of a network: real packets, each held against the program. */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { compile } from "../../../src/core/compile.ts";
import { clusterFromManifests } from "../../../src/kube/cluster-from-manifests.ts";
import { readManifests } from "../../../src/kube/files/read-manifests.ts";
import { type EnforcerBackend, iptablesBeside } from "../../../src/lab/backend.ts";
import { type Variant, backendName } from "../../../src/kernel/variant.ts";
import { clusterNow } from "../../../src/lab/cluster/cluster-now.ts";
import type { LabShape } from "../../../src/lab/context.ts";
import { type Experiment, experiment } from "../../../src/lab/experiment.ts";
import { createLab } from "../../../src/lab/lab.ts";
import { isAllowed } from "../../../src/lab/matrix/cell.ts";
import { type Measured, isOpen } from "../../../src/lab/matrix/measure.ts";
import { disagreements } from "../../../src/lab/matrix/report.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { describeKernel } from "../support.ts";
import { silent } from "./silent.ts";

const MARKET = fileURLToPath(new URL("../../../fixtures/market", import.meta.url));

interface Shape extends Omit<LabShape, "backend"> {
  readonly backend: EnforcerBackend;
  /** Which iptables the neighbours use, where it is not the one that is usual beside this backend. */
  readonly beside?: Variant;
}

/** The most usual, and four more in which every two settings of two kinds meet; with nftables two, and one beside iptables-legacy. */
const SHAPES: readonly Shape[] = [
  { network: "bridge", flannel: "vxlan", proxy: "iptables", backend: "nft" },
  { network: "bridge", flannel: "host-gw", proxy: "nftables", backend: "legacy" },
  { network: "ptp", flannel: "host-gw", proxy: "iptables", backend: "nft" },
  { network: "ptp", flannel: "vxlan", proxy: "nftables", backend: "nft" },
  { network: "ptp", flannel: "vxlan", proxy: "iptables", backend: "legacy" },
  { network: "bridge", flannel: "vxlan", proxy: "iptables", backend: "nftables" },
  { network: "ptp", flannel: "host-gw", proxy: "nftables", backend: "nftables" },
  { network: "bridge", flannel: "vxlan", proxy: "iptables", backend: "nftables", beside: "legacy" },
];

/** Between whom and by which way, of the cells that one sentence of the manifests is about. */
const find = (
  measured: readonly Measured[],
  from: string,
  via: "address" | "ClusterIP" | "NodePort" | "hostPort",
  to: string,
): Measured[] =>
  measured.filter(({ cell }) => cell.from.group === from && cell.to.via === via && cell.to.group === to);

/** How many of the cells are open; none at all is no answer. */
function share(measured: readonly Measured[]): "all" | "some" | "none" {
  if (measured.length === 0) throw new Error("nothing was measured");
  const open = measured.filter(isOpen).length;
  if (open === 0) return "none";
  return open === measured.length ? "all" : "some";
}

for (const [index, shape] of SHAPES.entries()) {
  const { network, flannel, proxy, backend, beside = iptablesBeside(backend) } = shape;
  const ours = `${backendName(backend)} beside iptables-${beside}`;
  describeKernel(`a ${network} network, flannel ${flannel}, kube-proxy ${proxy}, ${ours}`, () => {
    const name = `shape${index}`;
    let result: Experiment;
    beforeAll(async () => {
      const lab = await createLab({ name, ...shape, backend: beside });
      const cluster = clusterFromManifests(await readManifests([MARKET]));
      result = await experiment(lab, cluster, { backend, maxReplicas: 2 }, silent);
    });
    afterAll(() => teardown(name));

    it("is open before, and after as the program says, cell by cell", () => {
      expect(result.before.every(isOpen)).toBe(true);
      expect(disagreements(result.before)).toEqual([]);
      expect(disagreements(result.after)).toEqual([]);
    });

    it("has been asked in every way that there is, and closes and opens as the manifests say", async () => {
      const { after } = result;
      const till = find(after, "market/till", "ClusterIP", "svc market/till");
      expect(share(till), "a pod to itself through its Service").toBe("all");
      expect(share(find(after, "market/stall", "ClusterIP", "svc market/till"))).toBe("all");
      for (const via of ["NodePort", "hostPort"] as const) {
        const named = via === "NodePort" ? "svc market/" : "market/";
        expect(share(find(after, "outside", via, `${named}fountain`)), `${via} of nobody's policy`).toBe(
          "all",
        );
      }
      // A NodePort draws one of the two pods for each connection, so what was drawn may all fall to one side. Where it may lead
      // is asked of the program, which each answer has been held against: to some, not to all and not to none.
      const program = compile(await clusterNow(result.cluster.control.client));
      const ways = find(after, "outside", "NodePort", "svc market/stall").flatMap(({ cell }) =>
        cell.to.leads.map((lead) => isAllowed(program, cell, lead)),
      );
      expect(new Set(ways), "NodePort, one host of two").toEqual(new Set([true, false]));
      expect(share(find(after, "outside", "hostPort", "market/stall")), "one host of two").toBe("some");
      expect(share(find(after, "outside", "NodePort", "svc market/till"))).toBe("none");
      expect(share(find(after, "outside", "NodePort", "svc market/till-local"))).toBe("none");
      // Under policy Local the host outside is seen as itself: one of the two may in.
      const local = find(after, "outside", "NodePort", "svc market/stall-local");
      expect(new Set(local.filter(isOpen).map(({ cell }) => cell.from.name))).toEqual(
        new Set(["203.0.113.10", "2001:db8:113::10"]),
      );
    });

    it("leaves a pod and its own node to each other, both ways", () => {
      const own = result.after.filter(({ cell: { from, to } }) => {
        const [lead] = to.leads;
        if (to.via !== "address" || lead === undefined) return false;
        if (from.group === "nodes") return lead.end.kind === "pod" && lead.end.pod.node === from.name;
        return to.group === "nodes" && from.node === to.name;
      });
      // Every pod on some port, from its node and to it, in both families.
      expect(own.length).toBeGreaterThan(20);
      expect(own.every(isOpen)).toBe(true);
    });
  });
}
