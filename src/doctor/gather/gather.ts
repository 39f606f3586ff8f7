import { families } from "../../core/address.ts";
import { askEnforcer } from "../../kernel/ask-enforcer.ts";
import { chooseBackend } from "../../kernel/choose-backend.ts";
import type { Exec } from "../../kernel/exec.ts";
import { hasOurs, mangleOf } from "../../kernel/ours.ts";
import { parseIpsetSave } from "../../kernel/read-ipset.ts";
import { type VariantRules, readEverywhere } from "../../kernel/read-everywhere.ts";
import { readNftTable } from "../../kernel/nftables/read-nft-table.ts";
import { tryNftRefusal, tryNftables } from "../../kernel/nftables/trials.ts";
import type { Backend } from "../../kernel/variant.ts";
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
  const names = [...iptablesTools.nft, ...iptablesTools.legacy, "ipset", "nft", "conntrack"];
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

async function backendInUse(
  exec: Exec,
  rules: readonly VariantRules[],
  nftables: NodeFacts["nftables"],
): Promise<Backend> {
  if (nftables.some(({ reading }) => reading.kind === "read")) return "nftables";
  return rules.find((each) => hasOurs(mangleOf(each)))?.variant ?? (await chooseBackend(exec));
}

/** Everybody's rules of iptables, and ours of nftables. */
async function readRules(exec: Exec): Promise<Pick<NodeFacts, "rules" | "nftables">> {
  const [rules, nftables] = await Promise.all([
    readEverywhere(exec),
    Promise.all(
      families.map(async (family) => ({ family, reading: await readNftTable(exec, family, "all") })),
    ),
  ]);
  return { rules, nftables };
}

async function tryBackend(exec: Exec, backend: Backend): Promise<NodeFacts["trials"]> {
  if (backend !== "nftables") return tryKernel(exec, backend);
  const tried = await Promise.all([tryNftables(exec), tryNftRefusal(exec)]);
  return { kind: "known", value: tried.flat() };
}

/** Looks at this node. Nothing that stands on it is changed; what cannot be looked at is a fact too. */
export async function gatherFacts(exec: Exec, healthPort: number): Promise<NodeFacts> {
  const tried = async (): Promise<Pick<NodeFacts, "rules" | "nftables" | "backend" | "trials">> => {
    const { rules, nftables } = await readRules(exec);
    const backend = await backendInUse(exec, rules, nftables);
    return { rules, nftables, backend, trials: await tryBackend(exec, backend) };
  };
  const [netAdmin, tools, standing, bridges, switches, sets, nftTables, enforcer] = await Promise.all([
    isNetAdmin(),
    findTools(exec),
    tried(),
    listBridges(exec),
    readSwitches(),
    printed(exec, ["ipset", "save"], parseIpsetSave),
    printed(exec, ["nft", "list", "tables"], tableNames),
    askEnforcer(healthPort),
  ]);
  return { isNetAdmin: netAdmin, tools, ...standing, bridges, switches, sets, nftTables, enforcer };
}
