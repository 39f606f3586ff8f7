import { randomBytes } from "node:crypto";
import type { NftWriter } from "../session/nft-writer.ts";

/** Every command of ours names its table so. */
const TABLE = /^\w+ \w+ (ip6? selvedge)\b/;

/**
 * Tells transactions of this process from others', to whoever watches them: the process id in the kernel's own account is of the first
 * pid namespace, which a container does not see. Each makes a chain and deletes it again, which nobody sees but who
 * watches. Its name says when it was signed, too.
 */
export class NftSignature {
  readonly #ours = `SV-BY-${randomBytes(8).toString("hex")}-`;

  /** A transaction, signed: a command a line, of which the first names a table of ours that stands at its end. */
  sign(script: string): string {
    const [, table] = TABLE.exec(script) ?? [];
    if (table === undefined) return script;
    const chain = `${table} ${this.#ours}${Math.floor(performance.now())}`;
    return `${script}add chain ${chain}\ndelete chain ${chain}\n`;
  }

  /** When this signature was given, by `performance.now()`; nothing for one that is not ours. */
  whenGiven(signature: string): number | undefined {
    return signature.startsWith(this.#ours) ? Number(signature.slice(this.#ours.length)) : undefined;
  }

  /** Has everything signed that is written. */
  signing({ write, commands }: NftWriter): NftWriter {
    return { write: (script) => write(this.sign(script)), commands };
  }
}
