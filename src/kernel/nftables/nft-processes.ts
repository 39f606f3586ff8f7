import type { Exec } from "../exec.ts";
import type { NftWriter } from "../session/nft-writer.ts";

/**
 * Hands nft what was read up to its last line. A reader of a pipe takes its end for the end of the text, and whoever writes into it
 * may be killed half-way: half a transaction is one that nobody meant.
 */
const WHOLE = "# whole";
const HAND_OVER = `
s=$(cat)
case $s in *'${WHOLE}') exec nft -f - <<END
$s
END
esac
echo 'half a transaction was read' >&2
exit 1`;

/** One process for each transaction. */
export function nftProcesses(exec: Exec): NftWriter {
  let commands = 0;
  return {
    write: async (script) => {
      if (script === "") return undefined;
      commands += 1;
      const input = `${script}${WHOLE}\n`;
      const { code, stdout, stderr } = await exec({ command: "sh", args: ["-c", HAND_OVER], input });
      return code === 0 ? undefined : (stderr || stdout).trim() || `exit ${code}`;
    },
    commands: () => commands,
  };
}
