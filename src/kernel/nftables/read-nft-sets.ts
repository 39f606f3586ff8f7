import { type Family, families } from "../../core/address.ts";
import { type Direction, directions } from "../../core/policy.ts";
import { NFT_TABLE, portMap, verdictMap } from "../../render/names.ts";
import { header } from "../../render/nftables/words.ts";
import { type Exec, execOrThrow } from "../exec.ts";
import type { KernelState, StandingSet } from "../state.ts";
import { listedBlocks } from "./listed-blocks.ts";
import { listedSet } from "./listed-set.ts";

/** What is printed of our table. nft, up to 1.1 at least, prints the sets of all tables of a family where it is asked for those of one. */
function ofOurTable(text: string, family: Family): string {
  const head = `table ${header[family]} ${NFT_TABLE} {\n`;
  const at = `\n${text}`.indexOf(`\n${head}`);
  return at < 0 ? "" : text.slice(at, text.indexOf("\n}\n", at) + "\n}\n".length);
}

const NO_SUCH_MAP = /No such file or directory/;

async function readFamily(exec: Exec, family: Family): Promise<[string, StandingSet][]> {
  const list = (what: string, ...of: readonly string[]): Promise<string> =>
    execOrThrow(exec, { command: "nft", args: ["-s", "list", what, ...of] });
  // nft 1.0 lists no maps of one table alone, but each that we make by its name.
  const map = (name: string): Promise<string> => list("map", header[family], NFT_TABLE, name);
  // That of ports stands only while a class has chains for some.
  const portsIn = (direction: Direction): Promise<string> =>
    map(portMap(family, direction)).catch((error: unknown) => {
      if (error instanceof Error && NO_SUCH_MAP.test(error.message)) return "";
      throw error;
    });
  const texts = await Promise.all([
    list("sets", "table", header[family], NFT_TABLE).then((text) => ofOurTable(text, family)),
    ...directions.map((direction) => map(verdictMap(family, direction))),
    ...directions.map(portsIn),
  ]);
  return texts
    .flatMap((text) => listedBlocks(text) ?? [])
    .map((block) => {
      const set = listedSet(block, family);
      if (set === undefined) throw new Error(`nft: ${block.name} is no set of ours`);
      return [block.name, set];
    });
}

/**
 * Reads the sets and maps of our tables, of both families, and no rule, which would cost many times as much. Throws where that
 * fails, and where one stands that we do not make: then all is to be read.
 */
export async function readNftSets(exec: Exec): Promise<KernelState["sets"]> {
  const read = await Promise.all(families.map((family) => readFamily(exec, family)));
  return new Map(read.flat());
}
