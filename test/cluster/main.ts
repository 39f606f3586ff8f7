// `make cluster`, `make e2e`, `make cluster-down`: a real Kubernetes on this machine, in namespaces of its own.
import { parseArgs } from "node:util";
import { startProgress } from "../../src/lab/progress.ts";
import { buildAll, missingForCluster } from "./build/build.ts";
import { down } from "./rig/down.ts";
import { inNode } from "./rig/in-node.ts";
import { installSelvedge } from "./rig/install-selvedge.ts";
import { kubectl, kubectlWords } from "./rig/kubectl.ts";
import { type ClusterShape, defaultShape } from "./rig/shape.ts";
import { standingCluster } from "./rig/standing-cluster.ts";
import { up } from "./rig/up.ts";
import { runUpstream } from "./rig/upstream-suite.ts";

const USAGE = `node test/cluster/main.ts up [--flannel vxlan|host-gw] [--dual-stack] [--proxy iptables|nftables]
node test/cluster/main.ts install | e2e [FOCUS] | kubectl ARG... | in NODE COMMAND... | down`;

function shapeOf(args: readonly string[]): ClusterShape {
  const { values } = parseArgs({
    args: [...args],
    options: {
      flannel: { type: "string", default: defaultShape.flannel },
      proxy: { type: "string", default: defaultShape.proxy },
      "dual-stack": { type: "boolean", default: false },
    },
  });
  const { flannel, proxy } = values;
  if (flannel !== "vxlan" && flannel !== "host-gw")
    throw new Error(`--flannel ${flannel}: want vxlan or host-gw`);
  if (proxy !== "iptables" && proxy !== "nftables")
    throw new Error(`--proxy ${proxy}: want iptables or nftables`);
  return { nodes: 2, flannel, proxy, dualStack: values["dual-stack"] };
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
      const missing = missingForCluster();
      if (missing.length > 0) throw new Error(`a cluster needs ${missing.join(", ")}`);
      const { without } = await buildAll();
      for (const part of without) console.error(`without ${part}`);
      await up(shapeOf(args), progress);
      console.log(await kubectl(["get", "nodes", "-o", "wide"]));
      console.log(`kubectl: ${kubectlWords.join(" ")}`);
      return;
    }
    case "install":
      await installSelvedge(await standingCluster(), progress);
      return;
    case "e2e":
      await e2e(args[0] ?? String.raw`\[sig-network\] Netpol`);
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
