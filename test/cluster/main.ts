// `make cluster`, `make e2e`, `make cluster-down`: a real Kubernetes on this machine, in namespaces of its own.
import { parseArgs } from "node:util";
import { type Progress, startProgress } from "../../src/lab/progress.ts";
import { writeLatency } from "./latency/latency.ts";
import { buildAll, missingForCluster } from "./build/build.ts";
import { everyShape } from "./every-shape.ts";
import {
  buildImage,
  defaultPlan,
  isGood,
  type RunPlan,
  summary,
  type WholeRun,
  wholeRun,
} from "./whole-run.ts";
import { down } from "./rig/down.ts";
import { inNode } from "./rig/in-node.ts";
import { installSelvedge } from "./rig/install-selvedge.ts";
import { kubectl, kubectlWords } from "./rig/kubectl.ts";
import { choose, defaultSettings } from "./rig/settings.ts";
import { type ClusterShape, defaultShape } from "./rig/shape.ts";
import { standingCluster } from "./rig/standing-cluster.ts";
import { uninstallSelvedge } from "./rig/uninstall-selvedge.ts";
import { up } from "./rig/up.ts";
import { NETPOL, runUpstream } from "./rig/upstream-suite.ts";

const USAGE = `node test/cluster/main.ts up | run [--flannel vxlan|host-gw] [--dual-stack] [--proxy iptables|nftables] [--deny drop|reject] [--backend auto|nft] [--focus REGEXP]
node test/cluster/main.ts run-all | install | uninstall | e2e [FOCUS] | latency [EVENTS] | kubectl ARG... | in NODE COMMAND... | down`;

function parse(args: readonly string[]): RunPlan {
  const { values } = parseArgs({
    args: [...args],
    options: {
      flannel: { type: "string", default: defaultShape.flannel },
      proxy: { type: "string", default: defaultShape.proxy },
      "dual-stack": { type: "boolean", default: false },
      deny: { type: "string", default: defaultSettings.deny },
      backend: { type: "string", default: defaultSettings.backend },
      focus: { type: "string", default: defaultPlan.focus },
    },
  });
  const { flannel, proxy, deny, backend, focus } = values;
  if (flannel !== "vxlan" && flannel !== "host-gw")
    throw new Error(`--flannel ${flannel}: want vxlan or host-gw`);
  if (proxy !== "iptables" && proxy !== "nftables")
    throw new Error(`--proxy ${proxy}: want iptables or nftables`);
  if (deny !== "drop" && deny !== "reject") throw new Error(`--deny ${deny}: want drop or reject`);
  if (backend !== "auto" && backend !== "nft") throw new Error(`--backend ${backend}: want auto or nft`);
  return {
    ...defaultPlan,
    shape: { nodes: 2, flannel, proxy, dualStack: values["dual-stack"] },
    settings: { deny, backend },
    focus,
  };
}

/** Makes sure of all parts. Throws, with what a machine lacks. */
async function prepare(): Promise<void> {
  const missing = missingForCluster();
  if (missing.length > 0) throw new Error(`a cluster needs ${missing.join(", ")}`);
  const { without } = await buildAll();
  for (const part of without) console.error(`without ${part}`);
}

/** Prepares, and says whether to go on: a machine that cannot have a cluster has its tests skipped, by name. */
async function isPrepared(progress: Progress): Promise<boolean> {
  const missing = missingForCluster();
  if (missing.length > 0) {
    console.log(
      `skipped: a real cluster, upstream's suite and test/e2e: this machine lacks ${missing.join(", ")}`,
    );
    return false;
  }
  await prepare();
  progress.step("the image");
  await buildImage();
  progress.end();
  return true;
}

/** Installs Selvedge as it is now on the cluster that runs; pods of it that run already go on as they are. */
async function install(progress: Progress): Promise<ClusterShape> {
  const shape = await standingCluster();
  progress.step("the image");
  await buildImage();
  await installSelvedge(shape, progress);
  return shape;
}

function report(runs: readonly WholeRun[]): void {
  for (const each of runs) console.log(`e2e: ${summary(each)}`);
  if (!runs.every((each) => isGood(each))) process.exitCode = 1;
}

async function e2e(focus: string): Promise<void> {
  const { passed, failed, seconds } = await runUpstream(await standingCluster(), focus);
  for (const name of failed) console.log(`FAILED ${name}`);
  console.log(`${passed} passed, ${failed.length} failed, ${Math.round(seconds)} s`);
  if (failed.length > 0 || passed === 0) process.exitCode = 1;
}

async function main([verb = "", ...args]: readonly string[]): Promise<void> {
  const progress = startProgress(process.stderr);
  switch (verb) {
    case "up": {
      await prepare();
      const { shape, settings } = parse(args);
      await up(shape, progress);
      await choose(settings);
      console.log(await kubectl(["get", "nodes", "-o", "wide"]));
      console.log(`kubectl: ${kubectlWords.join(" ")}`);
      return;
    }
    case "build":
      await isPrepared(progress);
      return;
    case "run": {
      const plan = parse(args);
      if (await isPrepared(progress)) report([await wholeRun(plan, progress)]);
      return;
    }
    case "run-all":
      if (await isPrepared(progress)) report(await everyShape(progress));
      return;
    case "install":
      await install(progress);
      return;
    case "uninstall":
      await standingCluster();
      await uninstallSelvedge(progress);
      return;
    case "latency":
      await writeLatency(await install(progress), Number(args[0] ?? 30), progress);
      return;
    case "e2e":
      await e2e(args[0] ?? NETPOL);
      return;
    case "kubectl":
      process.stdout.write(await kubectl(args));
      return;
    case "in":
      console.log((await inNode(args[0] ?? "")).join(" "));
      return;
    case "down":
      await down();
      return;
    default:
      throw new Error(USAGE);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`cluster: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
