import type { Exec } from "../exec.ts";
import { continued } from "./continued.ts";
import { NFT_INTERACTIVE } from "./nft-interactive.ts";
import { refusals } from "./nft-refusals.ts";
import type { NftWriter } from "./nft-writer.ts";
import { oneLine } from "./one-line.ts";
import { ONE_PIECE } from "./one-piece.ts";

/**
 * One process for each transaction. `nft -f -` takes the end of its input for the end of the script, and commits what it has: where
 * that could be a half, as this process may be killed while it hands over the rest, `nft -i` is given one long line instead.
 */
export function nftProcessWriter(exec: Exec): NftWriter {
  let commands = 0;
  let continues: Promise<boolean> | undefined;
  const write: NftWriter["write"] = async (script) => {
    commands += 1;
    const line = script.length > ONE_PIECE ? oneLine(script) : undefined;
    if (line !== undefined && (await (continues ??= continuesLines(exec)))) {
      const { code, stderr } = await exec({ ...NFT_INTERACTIVE, input: continued(line) });
      const said = stderr.trimEnd();
      return said === "" ? exitOf(code) : refusals(said);
    }
    const { code, stderr } = await exec({ command: "nft", args: ["-f", "-"], input: script });
    return code === 0 ? undefined : stderr.trim() || exitOf(code);
  };
  return { write, commands: () => commands };
}

const exitOf = (code: number): string | undefined => (code === 0 ? undefined : `exit ${code}`);

/** Asked of nft itself: one that is built with linenoise would take each piece for a transaction, and some know no `-i`. */
async function continuesLines(exec: Exec): Promise<boolean> {
  const { stderr } = await exec({ ...NFT_INTERACTIVE, input: "selvedge-\\\nasks\n" });
  return stderr.includes("selvedge-asks");
}
