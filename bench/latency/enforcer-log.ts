import { readFile } from "node:fs/promises";

/** A pass of the enforcer that wrote to the kernel, as its log tells it. */
interface Applied {
  readonly msg: "applied";
  readonly setLines: number;
  readonly tables: readonly string[];
  /** From the change's arrival, parsed, to the end of the writing. */
  readonly milliseconds: number;
}

/** Reads what an enforcer's log says from one time to the next. */
export class EnforcerLog {
  readonly #file: string;
  #read = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** The passes that wrote, since the last call. */
  async applied(): Promise<readonly Applied[]> {
    const text = await readFile(this.#file, "utf8");
    const end = text.lastIndexOf("\n") + 1;
    const lines = text.slice(this.#read, end).split("\n");
    this.#read = end;
    return lines.flatMap((line) => (line.includes('"msg":"applied"') ? [JSON.parse(line) as Applied] : []));
  }
}
