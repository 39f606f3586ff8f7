import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ConnectivityMap } from "../../../src/analysis/connectivity-map.ts";
import { clusterFromManifests } from "../../../src/kube/cluster-from-manifests.ts";
import { readManifests } from "../../../src/kube/files/read-manifests.ts";
import { type EnforcerBackend, iptablesBeside } from "../../../src/lab/backend.ts";
import { backendName } from "../../../src/kernel/variant.ts";
import { type Experiment, experiment } from "../../../src/lab/experiment.ts";
import { createLab } from "../../../src/lab/lab.ts";
import { type Measured, isOpen } from "../../../src/lab/matrix/measure.ts";
import { disagreements } from "../../../src/lab/matrix/report.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { describeKernel } from "../support.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const silent = { step: () => undefined, count: () => undefined, end: () => undefined };

const selvedge = (...args: readonly string[]) =>
  spawnSync(`${root}/bin/selvedge`, args, { encoding: "utf8" });

/** `ns/a ns/b TCP/80`, for every port that some measurement is about. */
const mapKey = ({ cell: { from, to } }: Measured): string =>
  `${from.group} ${to.group} ${to.protocol}/${to.port}`;

function holds(ports: string, port: number): boolean {
  return ports.split(",").some((range) => {
    const [first = "", last = first] = range.split("-");
    return first !== "" && port >= Number(first) && port <= Number(last);
  });
}

const cases: readonly { readonly fixture: string; readonly backend: EnforcerBackend }[] = [
  { fixture: "shop", backend: "legacy" },
  { fixture: "tenants", backend: "nft" },
  { fixture: "ports", backend: "nft" },
  { fixture: "ports", backend: "legacy" },
  { fixture: "ports", backend: "nftables" },
];

for (const { fixture, backend } of cases) {
  describeKernel(`fixtures/${fixture} on the wire (${backendName(backend)})`, () => {
    const name = `${fixture.slice(0, 4)}${backend}`;
    const manifests = `${root}/fixtures/${fixture}`;
    let result: Experiment;

    beforeAll(async () => {
      const lab = await createLab({ name, backend: iptablesBeside(backend) });
      const cluster = clusterFromManifests(await readManifests([manifests]));
      result = await experiment(lab, cluster, { backend, maxReplicas: 3 }, silent);
    });
    afterAll(() => teardown(name));

    it("is open before, and after as the program says, cell by cell", () => {
      expect(result.before.every(isOpen)).toBe(true);
      expect(disagreements(result.before)).toEqual([]);
      expect(disagreements(result.after)).toEqual([]);
      const { cell } = { cell: result.after.map(({ cell }) => cell) };
      for (const family of ["IPv4", "IPv6"]) expect(cell.some(({ to }) => to.family === family)).toBe(true);
      for (const via of ["address", "ClusterIP"]) expect(cell.some(({ to }) => to.via === via)).toBe(true);
    });

    it("agrees with `selvedge map` over the same files, cell by cell", () => {
      const { stdout, status } = selvedge("map", "-f", manifests, "-o", "json");
      expect(status).toBe(0);
      const map = JSON.parse(stdout) as ConnectivityMap;
      const groups = new Set(map.entries.flatMap(({ from, to }) => [from.pod, to.pod]));
      const entries = new Map(
        map.entries.map((entry) => [`${entry.from.pod} ${entry.to.pod}`, entry.allowed]),
      );
      // A pod to itself always may; the map's entry of a workload speaks of two of its pods.
      const direct = result.after.filter(
        ({ cell: { from, to } }) =>
          to.via === "address" && groups.has(from.group) && groups.has(to.group) && from.name !== to.name,
      );
      expect(direct.length).toBeGreaterThan(100);
      for (const measured of direct) {
        const { from, to } = measured.cell;
        const allowed = entries.get(`${from.group} ${to.group}`);
        const said = allowed !== undefined && holds(allowed[to.protocol as "TCP" | "UDP"], to.port);
        // What the map leaves out may still hang on addresses, which files do not tell: then `can` says so.
        if (!said && isOpen(measured)) {
          const can = selvedge("can", "-f", manifests, from.group, `${to.group}:${to.port}/${to.protocol}`);
          expect(can.status, mapKey(measured)).toBe(3);
        } else expect(isOpen(measured), mapKey(measured)).toBe(said);
      }
    });
  });
}
