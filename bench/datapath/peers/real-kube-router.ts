import type { ChildProcess } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Family, families, formatAddress } from "../../../src/core/address.ts";
import type { Pod } from "../../../src/core/cluster.ts";
import { execOrThrow } from "../../../src/kernel/exec.ts";
import { type Variant, saveCommand } from "../../../src/kernel/variant.ts";
import { NODE_API_PORT, startControlPlane } from "../../../src/lab/cluster/control-plane.ts";
import { type WireObject, create } from "../../../src/lab/cluster/objects.ts";
import { mapLimit } from "../../../src/lab/map-limit.ts";
import type { LabNode } from "../../../src/lab/node.ts";
import { spawnInNode } from "../../../src/lab/spawn.ts";
import type { Contestant } from "../contestants.ts";
import { NAMESPACE, type Scenario } from "../scenario.ts";

const REQUESTS_AT_ONCE = 8;
const SYNCED_WITHIN_MS = 180_000;
const LOOK_AGAIN_MS = 500;

/**
 * Its rules for IPv6 name sets without the `inet6:` under which it makes them: ip6tables-restore refuses them, and it writes none of
 * IPv4 then either.
 */
const WITHOUT_IPV6: ReadonlySet<string> = new Set(["v2.1.0"]);

const serviceRanges = { IPv4: "10.96.0.0/12", IPv6: "fd00:10:96::/112" } as const;

/** The firewall alone; everything else that it could do on the node is off. */
const flags = (node: LabNode, judged: readonly Family[]): string[] => [
  "--run-firewall=true",
  "--run-router=false",
  "--run-service-proxy=false",
  `--master=http://127.0.0.1:${NODE_API_PORT}`,
  `--hostname-override=${node.name}`,
  `--service-cluster-ip-range=${judged.map((family) => serviceRanges[family]).join(",")}`,
  `--enable-ipv4=${judged.includes("IPv4")}`,
  `--enable-ipv6=${judged.includes("IPv6")}`,
  "--health-port=0",
];

function podObject({ namespace, name, labels, addresses }: Pod, node: LabNode): WireObject {
  const podIPs = addresses === "unknown" ? [] : addresses.map((address) => ({ ip: formatAddress(address) }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace, name, labels },
    spec: { nodeName: node.name, containers: [{ name: "main", image: "bench" }] },
    status: {
      phase: "Running",
      hostIP: node.addresses.v4,
      hostIPs: [{ ip: node.addresses.v4 }, { ip: node.addresses.v6 }],
      podIP: podIPs[0]?.ip,
      podIPs,
    },
  };
}

async function fillApiServer(node: LabNode, { pods, cluster }: Scenario): Promise<void> {
  const { client } = await startControlPlane({ ...node.lab, nodes: [node] });
  await create(client, { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
  const policies = cluster.policies.map(({ namespace, name, spec }): WireObject => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { namespace, name },
    spec,
  }));
  const objects = [...pods.map((pod) => podObject(pod, node)), ...policies];
  await mapLimit(objects, REQUESTS_AT_ONCE, (object) => create(client, object));
}

async function isSynced(
  node: LabNode,
  variant: Variant,
  judged: readonly Family[],
  { size }: Scenario,
): Promise<boolean> {
  for (const family of judged) {
    const command = saveCommand(variant, family);
    const saved = await execOrThrow(node.exec, { command, args: ["-t", "filter"] });
    const chains = (prefix: string): number =>
      saved.split("\n").filter((line) => line.startsWith(`:${prefix}`)).length;
    if (chains("KUBE-POD-FW-") < size.pods || chains("KUBE-NWPLCY-") < size.policies) return false;
  }
  return true;
}

/** The errors that it told last, as klog marks them; with each goes the whole table that was refused. The log goes with the node. */
const lastWords = (log: string): string =>
  readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => /^[EF]\d{4} /.test(line))
    .slice(-3)
    .join("\n");

async function untilSynced(child: ChildProcess, log: string, synced: () => Promise<boolean>): Promise<void> {
  for (const began = performance.now(); !(await synced()); await sleep(LOOK_AGAIN_MS)) {
    if (child.exitCode !== null)
      throw new Error(`kube-router ended with ${child.exitCode}:\n${lastWords(log)}`);
    if (performance.now() - began > SYNCED_WITHIN_MS)
      throw new Error(`kube-router did not sync in time:\n${lastWords(log)}`);
  }
}

/** The program, and sentences that say how it was measured. */
interface RealKubeRouter {
  readonly contestant: Contestant;
  readonly notes: readonly string[];
}

/**
 * The real program in a node namespace of its own, against the lab's API server, until its rules stand. Then it is ended: its rules
 * stay, and its next sync does not fall into somebody's round.
 */
export function realKubeRouter(program: string, version: string): RealKubeRouter {
  const judged = WITHOUT_IPV6.has(version) ? (["IPv4"] as const) : families;
  const enforce: Contestant["enforce"] = async (node, variant, scenario) => {
    await fillApiServer(node, scenario);
    const log = join(node.dir, "kube-router.log");
    const file = openSync(log, "a");
    const child = spawnInNode(node, program, flags(node, judged), { stdio: ["ignore", file, file] });
    try {
      await untilSynced(child, log, () => isSynced(node, variant, judged, scenario));
    } finally {
      child.kill("SIGKILL");
    }
  };
  return {
    contestant: { name: `kube-router ${version}`, families: judged, enforce },
    notes: [
      `kube-router ${version}: the program itself, its firewall alone, until its rules stood.`,
      ...(judged.length === families.length
        ? []
        : [
            `Its IPv6 is off: those rules name sets by other names than it makes them under, and are refused.`,
          ]),
    ],
  };
}
