import { cpus, release, totalmem } from "node:os";
import { execOrThrow, processExec } from "../../src/kernel/exec.ts";

const said = async (command: string, ...args: readonly string[]): Promise<string> =>
  (await execOrThrow(processExec, { command, args })).trim();

/** What the numbers were measured on, a line each. */
export async function machineLines(): Promise<string[]> {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `${cpus().length} × ${cpu?.model.trim() ?? "an unnamed CPU"}, ${memory} GiB, Linux ${release()}`,
    `${await said("iptables-nft", "--version")} and ${await said("iptables-legacy", "--version")}; ${(await said("ipset", "--version")).split("\n")[0] ?? ""}; ${await said("nft", "--version")}`,
  ];
}

/** Of the checkout; with a word where what was measured is not what was committed. */
export async function commitName(): Promise<string> {
  const changed = await said("git", "status", "--porcelain", "--", "src", "bench");
  return `${await said("git", "rev-parse", "--short=10", "HEAD")}${changed === "" ? "" : " with changes"}`;
}
