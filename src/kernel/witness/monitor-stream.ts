/** A transaction of anybody, as `nft monitor` tells it. */
export interface SeenTransaction {
  readonly kind: "transaction";
  /** Counted by the kernel for each network namespace, one by one. */
  readonly generation: number;
  /** Whether it changed what is ours, as far as that was printed. */
  readonly isOfOurs: boolean;
  /** Whether all of it was printed. nft has no words for elements of a set that it does not remember, or has forgotten. */
  readonly isClear: boolean;
  /** Names of chains that it made and that sign (`Signature`), of whomever. */
  readonly signatures: readonly string[];
  /** Of what nft remembers for good, how much came with it: it forgets no set and no element that it has heard of. */
  readonly remembered: number;
}

/**
 * `lost`: the kernel could not hand over all that happened; more may be lost, unsaid, until the reader has caught up. `process`: which
 * process it is that tells (not nft's words).
 */
export type MonitorEvent =
  | SeenTransaction
  | { readonly kind: "lost" }
  | { readonly kind: "process"; readonly pid: number };

/** What is kept of a line: what it is about stands in front. A rule, or an element with many parts, may be long. */
const KEPT = 400;

const PROCESS = /^# process (\d+)$/;
const GENERATION = /^# new generation (\d+)/;
/** "create" where it may not have stood before, as iptables-nft has it. */
const SIGNATURE = /^(?:add|create) chain ip6? \S+ (SV-BY-\S+)/;
const REMEMBERED = /^\S+ (?:set|map|element) /;

/**
 * Reads what `nft monitor` prints, warnings among it, in pieces of any size: a line for each thing that was added or deleted, after all of a transaction
 * its generation. Never throws, and keeps no more than the beginning of one line.
 */
export class MonitorStream {
  readonly #ours: RegExp;
  #line = "";
  #lines = 0;
  #isClear = true;
  #isOfOurs = false;
  #signatures: string[] = [];
  #remembered = 0;

  /** `ours`: the lines that are about what is ours. */
  constructor(ours: RegExp) {
    this.#ours = ours;
  }

  /** What is whole with this piece. */
  push(chunk: string): MonitorEvent[] {
    const events: MonitorEvent[] = [];
    for (let at = 0; ;) {
      const end = chunk.indexOf("\n", at);
      const piece = chunk.slice(at, end < 0 ? undefined : end);
      if (this.#line.length < KEPT) this.#line = (this.#line + piece).slice(0, KEPT);
      if (end < 0) return events;
      const event = this.#take(this.#line);
      if (event !== undefined) events.push(event);
      this.#line = "";
      at = end + 1;
    }
  }

  #take(line: string): MonitorEvent | undefined {
    // All of nft's own words begin so; "# ERROR: We lost some netlink events!" is ENOBUFS.
    if (line.startsWith("# ERROR")) return { kind: "lost" };
    const [, generation] = GENERATION.exec(line) ?? [];
    if (generation !== undefined) return this.#end(Number(generation));
    const [, pid] = PROCESS.exec(line) ?? [];
    if (pid !== undefined) return { kind: "process", pid: Number(pid) };
    if (line.startsWith("#") || line.startsWith("trace ")) return undefined;
    this.#lines += 1;
    // "W: Received event for an unknown set."
    if (line.startsWith("W: ")) this.#isClear = false;
    this.#isOfOurs ||= this.#ours.test(line);
    const [, signature] = SIGNATURE.exec(line) ?? [];
    if (signature !== undefined) this.#signatures.push(signature);
    if (REMEMBERED.test(line)) this.#remembered += 1;
    return undefined;
  }

  #end(generation: number): SeenTransaction {
    const seen: SeenTransaction = {
      kind: "transaction",
      generation,
      isOfOurs: this.#isOfOurs,
      isClear: this.#isClear && this.#lines > 0,
      signatures: this.#signatures,
      remembered: this.#remembered,
    };
    this.#lines = 0;
    this.#isClear = true;
    this.#isOfOurs = false;
    this.#signatures = [];
    this.#remembered = 0;
    return seen;
  }
}
