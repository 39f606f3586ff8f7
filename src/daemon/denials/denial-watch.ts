import type { Logger } from "pino";
import { type AddressBook, addressBook } from "../../core/address-book.ts";
import { type Denial, denialText } from "../../core/denial.ts";
import type { End } from "../../core/end.ts";
import type { DeniedPacket } from "../../kernel/nflog/denied-packet.ts";
import type { StreamExec } from "../../kernel/stream-exec.ts";
import type { EnforcerObserver, Pass } from "../enforcer-observer.ts";
import { ownNetwork } from "../own-network.ts";
import { DenialDigest, type DenialLine } from "./denial-digest.ts";
import { DenialFeed } from "./denial-feed.ts";
import { explainDenial } from "./explain-denial.ts";
import { followDenials } from "./follow-denials.ts";

export interface DenialWatchOptions {
  readonly node: string;
  readonly run: StreamExec;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Told of every denial, and who its ends were. */
  readonly onDenial?: (denial: Denial, from: End, to: End) => void;
}

/** How often lines that are due are looked for, in milliseconds. */
const LOOK = 5_000;

/** Explains denied packets by the program that is enforced, tells the log in few lines, and feeds those who follow. */
export class DenialWatch {
  readonly feed = new DenialFeed();
  readonly observer: EnforcerObserver = {
    passed: (pass) => {
      this.#pass = pass;
      this.#owner = undefined;
    },
  };
  readonly #options: DenialWatchOptions;
  readonly #digest = new DenialDigest();
  #pass: Pass | undefined;
  /** Made for the first denial after a pass, as most passes see none. */
  #owner: AddressBook | undefined;
  #trouble: string | undefined;

  constructor(options: DenialWatchOptions) {
    this.#options = options;
  }

  start(): void {
    const { run, signal } = this.#options;
    const timer = setInterval(() => this.#digest.due(performance.now()).forEach(this.#tell), LOOK);
    signal.addEventListener("abort", () => clearInterval(timer), { once: true });
    void followDenials({
      run,
      signal,
      onPacket: (packet) => this.#take(packet),
      onTrouble: (trouble) => this.#say(trouble),
    });
  }

  #take(packet: DeniedPacket): void {
    // What a former run's rules deny before the first pass is explained to nobody.
    if (this.#pass === undefined) return;
    this.#trouble = undefined;
    const { program, pods, nodes } = this.#pass;
    this.#owner ??= addressBook(pods, [
      ...nodes,
      { name: this.#options.node, addresses: ownNetwork().addresses },
    ]);
    const denial = explainDenial(packet, { program, owner: this.#owner });
    this.feed.push(denial);
    this.#options.onDenial?.(denial, this.#owner(packet.source), this.#owner(packet.destination));
    const line = this.#digest.take(denial, performance.now());
    if (line !== undefined) this.#tell(line);
  }

  readonly #tell = ({ denial, count }: DenialLine): void => {
    const { time, ...fields } = denial;
    this.#options.log.info({ denial: fields, count, last: time }, denialText(denial));
  };

  /** Once for each trouble: the reader is started again and again. */
  #say(trouble: string): void {
    if (trouble !== this.#trouble)
      this.#options.log.warn({ trouble }, "denials are not seen for now; they are denied all the same");
    this.#trouble = trouble;
  }
}
