import { BASE_CHAINS } from "../../render/nftables/base-chains.ts";
import { ruleIdentity } from "../rule-identity.ts";
import type { PrintedChain } from "../printed-tables.ts";
import { inOurWords } from "./in-our-words.ts";
import type { ListedBlock } from "./listed-blocks.ts";

/** What a chain begins with that is no rule: how packets are led into it, or a comment on it as a whole. */
const DECLARED = /^\t\t((?:type|comment) .*)\n/;

/** The rules of a chain as they were printed; nothing where packets are led into it otherwise than we would have it. */
export function listedChain({ name, body }: ListedBlock): PrintedChain | undefined {
  const [line = "", declared] = DECLARED.exec(body) ?? [];
  if (declared !== BASE_CHAINS.get(name)) return undefined;
  return { chain: name, lines: body.slice(line.length) };
}

/** The rules of such a chain by their identities. */
export const readListedChain = ({ lines }: PrintedChain): readonly (string | undefined)[] =>
  lines === ""
    ? []
    : lines
        .trimEnd()
        .split("\n")
        .map((line) => ruleIdentity(inOurWords(line.trim())));
