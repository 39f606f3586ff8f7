import { hash } from "node:crypto";
import { type PrintedChain, rulesOf } from "./printed-tables.ts";
import { ruleIdentity } from "./rule-identity.ts";

/** The rules of a chain by their identities (`ruleIdentity`). */
type Identities = readonly (string | undefined)[];

/** Reads the rules of one chain. */
export type ReadChain = (printed: PrintedChain) => Identities;

/** Reads every chain anew. */
export const readChain: ReadChain = (printed) => rulesOf(printed).map(ruleIdentity);

interface Known {
  /** Of the rules as they were printed. */
  readonly digest: string;
  readonly identities: Identities;
}

/**
 * How chains were read the last time. Nodes have tens of thousands of rules, of which few change from one look to the next: a
 * chain that is printed as before is not read again, and is the same value as before.
 */
export class SavedChains {
  readonly #tables = new Map<string, ReadonlyMap<string, Known>>();
  readonly #read: ReadChain;

  /** `read` is how a chain is read that is not as before. */
  constructor(read: ReadChain = readChain) {
    this.#read = read;
  }

  /** For one reading of a table, told by its family and name; chains that are not met in it are forgotten. */
  reading(table: string): ReadChain {
    const before = this.#tables.get(table);
    const now = new Map<string, Known>();
    this.#tables.set(table, now);
    return (printed) => {
      const digest = hash("sha256", printed.lines, "base64");
      const known = before?.get(printed.chain);
      const read = known?.digest === digest ? known : { digest, identities: this.#read(printed) };
      now.set(printed.chain, read);
      return read.identities;
    };
  }
}
