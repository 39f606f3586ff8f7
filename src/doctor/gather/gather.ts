import { askEnforcer } from "../../kernel/ask-enforcer.ts";
import type { Exec } from "../../kernel/exec.ts";
import { hasOurs, mangleOf } from "../../kernel/ours.ts";
import { parseIpsetSave } from "../../kernel/read-ipset.ts";
import { type VariantRules, readEverywhere } from "../../kernel/read-everywhere.ts";
import { type Variant, detectVariant } from "../../kernel/variant.ts";
import { type Known, type NodeFacts, type Tool, iptablesTools } from "../facts.ts";
import { listBridges } from "./bridges.ts";
import { isNetAdmin, readSwitches } from "./proc.ts";
import { tryKernel } from "./trials.ts";

async function findTool(exec: Exec, command: string): Promise<Tool> {
  const { code, stdout, stderr } = await exec({ command, args: ["--version"] });
  const [version = ""] = stdout.trim().split("\n");
  return code === 0 ? { kind: "found", version } : { kind: "missing", why: stderr.trim() || `exit ${code}` };
}

async function findTools(exec: Exec): Promise<ReadonlyMap<string, Tool>> {
  const names = [...iptablesTools.nft, ...iptablesTools.legacy, "ipset", "conntrack"];
  return new Map(
    await Promise.all(names.map(async (name): Promise<[string, Tool]> => [name, await findTool(exec, name)])),
  );
}

/** What a program prints, read; or why it printed nothing. */
async function printed<T>(
  exec: Exec,
  [command, ...args]: readonly [string, ...string[]],
  read: (text: string) => T,
): Promise<Known<T>> {
  const { code, stdout, stderr } = await exec({ command, args });
  if (code === 0) return { kind: "known", value: read(stdout) };
  return { kind: "unknown", why: stderr.trim().split("\n")[0] || `${command}: exit ${code}` };
}

const tableNames = (text: string): string[] =>
  text.split("\n").flatMap((line) => /^table (.+)$/.exec(line)?.[1] ?? []);

/** That in which our rules stand, else that in which the enforcer would put them. */
async function variantInUse(exec: Exec, rules: readonly VariantRules[]): Promise<Variant> {
  return rules.find((each) => hasOurs(mangleOf(each)))?.variant ?? (await detectVariant(exec));
}

/** Looks at this node. Nothing that stands on it is changed; what cannot be looked at is a fact too. */
export async function gatherFacts(exec: Exec, healthPort: number): Promise<NodeFacts> {
  const trials = async (): Promise<[readonly VariantRules[], NodeFacts["trials"]]> => {
    const rules = await readEverywhere(exec);
    return [rules, await tryKernel(exec, await variantInUse(exec, rules))];
  };
  const [netAdmin, tools, [rules, tried], bridges, switches, sets, nftTables, enforcer] = await Promise.all([
    isNetAdmin(),
    findTools(exec),
    trials(),
    listBridges(exec),
    readSwitches(),
    printed(exec, ["ipset", "save"], parseIpsetSave),
    printed(exec, ["nft", "list", "tables"], tableNames),
    askEnforcer(healthPort),
  ]);
  return { isNetAdmin: netAdmin, tools, trials: tried, bridges, switches, rules, sets, nftTables, enforcer };
}
