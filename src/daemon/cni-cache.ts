import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setInterval as every } from "node:timers/promises";
import { type CniEntry, readCniEntry } from "./cni-entry.ts";
import { DirectoryWatch } from "./directory-watch.ts";
import { Worker } from "./worker.ts";

export interface CniCacheOptions {
  /** libcni's: `/var/lib/cni/results`, a file for each attachment. */
  readonly directory: string;
  readonly signal: AbortSignal;
  /** Milliseconds between two looks at files that no event told of; default 5,000. */
  readonly pollInterval?: number;
}

/** The pods' entries, the last written last; `undefined` where there is no cache to be read. */
export type CniEntries = readonly CniEntry[] | undefined;

/** What is known of one file. */
interface Known {
  readonly stamp: string;
  readonly written: number;
  /** Absent for a file that is no pod's. */
  readonly entry: CniEntry | undefined;
}

/**
 * Follows the container runtime's CNI result cache: what it holds after CNI ADD is a pod's address, seconds before the API
 * server is told. Files are written in place: what is read torn is read again at the event of the write that ends it, and
 * what was read whole before stands until then.
 */
export class CniCache {
  readonly #options: CniCacheOptions;
  readonly #listener: (entries: CniEntries) => void;
  readonly #watch: DirectoryWatch;
  readonly #worker: Worker;
  readonly #known = new Map<string, Known>();
  readonly #due = new Set<string>();
  #isAllDue = true;
  #isThere = false;

  /** `listener` is told of the entries whenever they are others than before. */
  constructor(options: CniCacheOptions, listener: (entries: CniEntries) => void) {
    const { directory, signal } = options;
    this.#options = options;
    this.#listener = listener;
    this.#worker = new Worker(() => this.#read(), signal);
    this.#watch = new DirectoryWatch({ directory, signal, onChange: (file) => this.#ask(file) });
  }

  /** Fulfilled when all has been read once; goes on by itself until the signal. */
  async start(): Promise<void> {
    await this.#watch.check();
    this.#ask(undefined);
    await this.#worker.idle();
    // Ends by the signal only.
    this.#poll().catch(() => undefined);
  }

  /** The safety net: events can be lost, and where no watch is to be had there are none. */
  async #poll(): Promise<void> {
    const { pollInterval = 5_000, signal } = this.#options;
    for await (const _ of every(pollInterval, undefined, { signal })) {
      await this.#watch.check();
      this.#ask(undefined);
    }
  }

  #ask(file: string | undefined): void {
    if (file === undefined) this.#isAllDue = true;
    else this.#due.add(file);
    this.#worker.ask();
  }

  async #read(): Promise<"done"> {
    const before = this.#told();
    const due = new Set(this.#due);
    this.#due.clear();
    if (this.#isAllDue) {
      this.#isAllDue = false;
      const files = await readdir(this.#options.directory).catch(() => undefined);
      this.#isThere = files !== undefined;
      const stale = await Promise.all(
        [...(files ?? []), ...this.#known.keys()].map((each) => this.#isStale(each)),
      );
      for (const file of stale) if (file !== undefined) due.add(file);
    }
    await Promise.all([...due].map((file) => this.#readFile(file)));
    if (this.#told() !== before) this.#listener(this.#entries());
    return "done";
  }

  async #stamp(file: string): Promise<Pick<Known, "stamp" | "written"> | undefined> {
    const stats = await stat(join(this.#options.directory, file)).catch(() => undefined);
    if (stats === undefined) return undefined;
    return { stamp: `${stats.ino} ${stats.size} ${stats.mtimeMs}`, written: stats.mtimeMs };
  }

  async #isStale(file: string): Promise<string | undefined> {
    return (await this.#stamp(file))?.stamp === this.#known.get(file)?.stamp ? undefined : file;
  }

  async #readFile(file: string): Promise<void> {
    const stamp = await this.#stamp(file);
    const text = await readFile(join(this.#options.directory, file), "utf8").catch(() => undefined);
    if (stamp === undefined || text === undefined) {
      this.#known.delete(file);
      return;
    }
    const reading = readCniEntry(text);
    if (reading !== "torn")
      this.#known.set(file, { ...stamp, entry: reading === "foreign" ? undefined : reading });
  }

  #entries(): CniEntries {
    if (!this.#isThere) return undefined;
    return [...this.#known]
      .sort(([a, one], [b, other]) => one.written - other.written || (a < b ? -1 : 1))
      .flatMap(([, { entry }]) => entry ?? []);
  }

  /** What the listener knows, as text to compare. */
  #told(): string {
    return [this.#isThere, ...[...this.#known].map(([file, { stamp }]) => `${file} ${stamp}`)].join("\n");
  }
}
