// How soon what others change by hand is put right, while changes of the cluster's go on without a pause (needs root; `make build` first).
// Arguments: a backend (nft, legacy, nftables; default nft), other policies on the node (5000), rounds of each kind (20).
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { execOrThrow } from "../src/kernel/exec.ts";
import type { EnforcerBackend } from "../src/lab/backend.ts";
import { create, mergePatch, remove } from "../src/lab/cluster/objects.ts";
import { teardown } from "../src/lab/teardown.ts";
import { NAMESPACE as CROWD } from "./latency/crowd.ts";
import { LAB, NAMESPACE, type Rig, startRig, stopStreams } from "./latency/rig.ts";

/** Until what was changed must be put right, in milliseconds. */
const BAR_MS = 10_000;
/** Pods that are relabelled, one after the other; nobody harms what concerns the others. */
const RESTLESS = 5;
/** After each of them: some hundred changes a second, so that the enforcer never comes to rest, and has a CPU. */
const PAUSE_MS = 10;

const [backend = "nft", policies = "5000", rounds = "20"] = process.argv.slice(2) as [
  EnforcerBackend?,
  ...string[],
];

/** Takes a pod out of the first group that it is in; nobody relabels this one. */
const DELETION =
  "for s in $(ipset list -n | grep SV4-G-); do if ipset -q test $s 10.244.1.205; then ipset del $s 10.244.1.205; exit 0; fi; done; exit 1";

/** Shell: what somebody does to a rule, and to sets; with nftables by a command that need not read what stands, as that finds no end. */
const harms: Readonly<Record<EnforcerBackend, Readonly<Record<"rule" | "set", string>>>> = {
  nft: {
    rule: "iptables-nft -t mangle -D OUTPUT 1",
    set: DELETION,
  },
  legacy: {
    rule: "iptables-legacy -w -t mangle -D OUTPUT 1",
    set: DELETION,
  },
  nftables: {
    rule: "nft flush chain ip selvedge OUTPUT",
    set: "nft delete element ip selvedge SV4-self { 10.244.1.205 . 10.244.1.205 }",
  },
};

/** Relabels pods and makes and unmakes a policy, without a pause, until it is told to end; how many changes it made. */
async function churn({ control: { client } }: Rig, signal: AbortSignal): Promise<number> {
  const deny = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    namespace: NAMESPACE,
    name: "restless",
  };
  let changes = 0;
  for (let i = 0; !signal.aborted; i += 1) {
    const app = `a${(i + Math.floor(i / RESTLESS)) % RESTLESS}`;
    await mergePatch(client, `/api/v1/namespaces/${CROWD}/pods/p${i % RESTLESS}`, {
      metadata: { labels: { app } },
    });
    const { namespace, name, ...type } = deny;
    if (i % 4 === 0)
      await create(client, {
        ...type,
        metadata: { namespace, name },
        spec: { podSelector: { matchLabels: { app: "server" } } },
      });
    if (i % 4 === 2) await remove(client, deny);
    changes += i % 2 === 0 ? 2 : 1;
    await sleep(PAUSE_MS);
  }
  return changes;
}

/** From the end of somebody's command to the line in the enforcer's log that it was put right. */
async function repaired({ enforcer }: Rig, harm: string): Promise<number> {
  const lines = async (): Promise<number> =>
    (await readFile(enforcer.logFile, "utf8")).split('"others changed what is ours').length;
  const before = await lines();
  await execOrThrow(enforcer.node.exec, { command: "sh", args: ["-c", harm] });
  const began = performance.now();
  while ((await lines()) === before) {
    if (performance.now() - began > 12 * BAR_MS) throw new Error(`never put right: ${harm}`);
    await sleep(10);
  }
  return performance.now() - began;
}

try {
  const rig = await startRig(Number(policies), "here", backend);
  const stop = new AbortController();
  const began = performance.now();
  const churning = churn(rig, stop.signal);
  for (const [what, harm] of Object.entries(harms[backend])) {
    const taken: number[] = [];
    for (let i = 0; i < Number(rounds); i += 1) {
      await sleep(Math.random() * 6_000);
      taken.push(await repaired(rig, harm));
    }
    const [middle = Number.NaN, longest = Number.NaN] = [0.5, 1].map(
      (share) => taken.toSorted((a, b) => a - b)[Math.round(share * (taken.length - 1))],
    );
    console.log(
      `${backend}, ${policies} policies, a ${what}: put right in ${middle.toFixed(0)} ms at the median, ${longest.toFixed(0)} at most of ${taken.length}; ` +
        `bar ${BAR_MS}: ${longest <= BAR_MS ? "pass" : "short"}`,
    );
  }
  const seconds = (performance.now() - began) / 1_000;
  stop.abort();
  console.log(`${((await churning) / seconds).toFixed(0)} changes a second all the while`);
  await rig.enforcer.stop();
  stopStreams(rig);
} catch (error) {
  console.error("bench/drift:", error);
  process.exitCode = 1;
} finally {
  await teardown(LAB);
}
process.exit();
