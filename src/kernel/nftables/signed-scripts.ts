import type { NftWriter } from "../session/nft-writer.ts";
import type { Signature } from "../witness/signature.ts";

/** Every command of ours names its table so. */
const TABLE = /^\w+ \w+ (ip6? selvedge)\b/;

/** A transaction, signed: a command a line, of which the first names a table of ours that stands at its end. */
function signed(script: string, signature: Signature): string {
  const [, table] = TABLE.exec(script) ?? [];
  if (table === undefined) return script;
  const chain = `${table} ${signature.sign()}`;
  return `${script}add chain ${chain}\ndelete chain ${chain}\n`;
}

/** Has every transaction signed. */
export const signedScripts = ({ write, commands }: NftWriter, signature: Signature): NftWriter => ({
  write: (script) => write(signed(script, signature)),
  commands,
});
