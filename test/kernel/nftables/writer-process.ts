/* Writes one ruleset of nftables after the other, in the network namespace that it is told, until it is killed. */
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import { prefixExec, processExec } from "../../../src/kernel/exec.ts";
import { mortalExec } from "../../../src/kernel/mortal.ts";
import { nftablesBackend } from "../../../src/kernel/nftables/nftables-backend.ts";
import { must } from "../../support/must.ts";
import { bigRuleset } from "./big-ruleset.ts";

const [netns, isMortal] = process.argv.slice(2);
const exec = prefixExec(processExec, ["ip", "netns", "exec", must(netns)]);
const kernel = new NodeKernel(nftablesBackend(isMortal === "mortal" ? mortalExec(exec) : exec));
for (let revision = 0; ; revision = 1 - revision) {
  const { failures } = await kernel.bring(bigRuleset(revision));
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
  process.stdout.write(".");
}
