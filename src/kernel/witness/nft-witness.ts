import { mortal } from "../mortal.ts";
import type { OpenProgram, SessionDoor } from "../session/session-door.ts";
import type { Mark, Testimony, Witness } from "./witness.ts";
import { Chronicle } from "./chronicle.ts";
import { isListening } from "./is-listening.ts";
import { type MonitorEvent, MonitorStream, type SeenTransaction } from "./monitor-stream.ts";
import { Signature } from "./signature.ts";

/** What of nftables is ours. */
export interface WatchedPart {
  readonly sees: Witness["sees"];
  /** What `nft monitor` says of it, a line of it each. */
  readonly lines: RegExp;
}

export interface NftWitnessOptions {
  /** Told once, when it sees nothing any more, and why; it tries again by itself. */
  readonly onBlind?: (why: string) => void;
  /** It sees again. */
  readonly onSight?: () => void;
  /** Until it is tried again, at first; twice as long after each that follows; default 250. Milliseconds. */
  readonly restMs?: number;
  /** How many sets and elements one nft may hear of, before another takes its place; default 50,000. */
  readonly lifetime?: number;
}

/** `nft monitor`, kept open. */
interface Monitor {
  readonly program: OpenProgram;
  /** Of nft itself, once it has said so. */
  pid: number | undefined;
  readonly began: number;
  /** The last that it told of. */
  generation: number | undefined;
  remembered: number;
  /** When it lost events, until it has told of a transaction that was signed after that. */
  lostAt: number | undefined;
  /** Its last words. */
  said: string;
}

/** In characters. */
const SAID = 500;

/** What it said last, if that is no event. */
const lastLine = (said: string): string | undefined =>
  said
    .trim()
    .split("\n")
    .slice(-1)
    .find((line) => line !== "" && !/^#|^\w+ \w+ ip6? /.test(line));

const LONGEST_REST_MS = 30_000;

/** One that lived this long was well; its end begins a new row of tries. */
const WELL_AFTER_MS = 10_000;

/*
 * It stands back for others, as who reads beside writes does: before it listens it reads the whole ruleset, tables of others too, and
 * begins anew whenever anybody writes. Not `monitor ruleset`, which leaves out generations. Its warnings stand where what they are about
 * would have stood.
 */
const NFT = `sh -c 'echo "# process $$"; [ "$PPID" = "$0" ] && exec nft monitor' $$ 2>&1`;

/**
 * nft hands over each word by itself, and of such a socket (Node's way to a child) holds some hundreds: nft would stand still whenever this
 * process is at work, and the kernel would lose what it does not fetch. A pipe takes bytes, and cat hands them on by the page.
 */
function monitorCommand(): { readonly command: string; readonly args: readonly string[] } {
  // The shell is what this process can end; both end with it, or find it gone before they asked for that.
  const { command, args } = mortal({ command: "", args: [] });
  const prefix = [command, ...args].join(" ");
  return { command: "nice", args: ["-n", "5", "sh", "-c", `${prefix} ${NFT} | ${prefix} cat`] };
}

/**
 * Sees who writes to what is ours in nftables, from what `nft monitor` prints. The account begins when it is known to listen, by the kernel's
 * list of sockets or by the first transaction that it prints, and goes on as long as each that follows is the next by the kernel's own count.
 *
 * nft remembers each element and set that it hears of, and forgets none (350 bytes, 1 kB); but it forgets each set that a rule named which is
 * deleted, and then has no words for what becomes of its elements. So another takes its place in time, which is started beside
 * it, and relieves it once it has told of nothing that the account does not have.
 */
export class NftWitness implements Witness {
  readonly sees: Witness["sees"];
  /** What this process writes is to bear it, so that it is not held for somebody else's. */
  readonly signature = new Signature();
  readonly #door: SessionDoor;
  readonly #ours: RegExp;
  readonly #options: NftWitnessOptions;
  readonly #chronicle = new Chronicle((signature) => this.signature.whenGiven(signature));
  #onOthers: () => void = () => undefined;
  /** The one that is believed. */
  #elder: Monitor | undefined;
  /** The one that is to take its place. */
  #younger: Monitor | undefined;
  #troubles = 0;
  #isBlind = false;
  #resting: NodeJS.Timeout | undefined;

  constructor(door: SessionDoor, { sees, lines }: WatchedPart, options: NftWitnessOptions = {}) {
    this.sees = sees;
    this.#door = door;
    this.#ours = lines;
    this.#options = options;
  }

  watch(onOthers: () => void): void {
    this.#onOthers = onOthers;
    this.#elder = this.#open();
  }

  mark(): Mark | undefined {
    const { lostAt, pid } = this.#elder ?? {};
    const isUnknown = lostAt === undefined && this.#chronicle.mark() === undefined;
    if (isUnknown && pid !== undefined && isListening(pid)) this.#chronicle.begin();
    return this.#chronicle.mark();
  }

  since(mark: Mark | undefined): Testimony {
    return this.#chronicle.since(mark);
  }

  async close(): Promise<void> {
    clearTimeout(this.#resting);
    const open = [this.#elder, this.#younger].filter((monitor) => monitor !== undefined);
    this.#elder = undefined;
    this.#younger = undefined;
    this.#chronicle.end();
    await Promise.all(open.map(({ program }) => program.kill()));
  }

  #open(): Monitor {
    const stream = new MonitorStream(this.#ours);
    const monitor: Monitor = {
      program: this.#door({
        ...monitorCommand(),
        onOutput: (chunk) => {
          monitor.said = chunk.slice(-SAID);
          for (const event of stream.push(chunk)) this.#hear(monitor, event);
        },
        onError: (said) => {
          monitor.said = said.slice(-SAID);
        },
        onEnd: (why) => this.#giveUp(monitor, `nft monitor: ${lastLine(monitor.said) ?? why}`),
      }),
      pid: undefined,
      began: performance.now(),
      generation: undefined,
      remembered: 0,
      lostAt: undefined,
      said: "",
    };
    return monitor;
  }

  #hear(monitor: Monitor, event: MonitorEvent): void {
    // One that was relieved or given up may have something left to say.
    if (monitor !== this.#elder && monitor !== this.#younger) return;
    if (event.kind === "process") {
      monitor.pid = event.pid;
      return;
    }
    if (event.kind === "lost") {
      this.#lose(monitor);
      return;
    }
    if (monitor.lostAt !== undefined && !this.#isSignedSince(monitor.lostAt, event)) return;
    monitor.lostAt = undefined;
    monitor.generation = event.generation;
    monitor.remembered += event.remembered;
    const isOthers = monitor === this.#elder && this.#chronicle.take(event);
    // It may have been of a table that is none of ours, and the next may be, too.
    if (isOthers && !event.isClear) monitor.remembered = Number.POSITIVE_INFINITY;
    this.#relieve();
    if (this.#isBlind) this.#options.onSight?.();
    this.#isBlind = false;
    if (isOthers) this.#onOthers();
  }

  /**
   * A transaction was more than the kernel holds for who listens (16 MB: some 30,000 rules). It now gives nothing until what it holds has been
   * fetched, and says no more of what is lost meanwhile; so it does again when it has told of what we signed later. Another nft would
   * have to read everything first, which may find no end.
   */
  #lose(monitor: Monitor): void {
    monitor.lostAt = performance.now();
    monitor.generation = undefined;
    if (monitor === this.#elder) this.#chronicle.end();
  }

  #isSignedSince(moment: number, { signatures }: SeenTransaction): boolean {
    return signatures.some((signature) => (this.signature.whenGiven(signature) ?? 0) > moment);
  }

  #relieve(): void {
    const [elder, younger] = [this.#elder, this.#younger];
    if (elder === undefined) return;
    if (younger?.generation !== undefined && this.#chronicle.hasReached(younger.generation)) {
      this.#elder = younger;
      this.#younger = undefined;
      void elder.program.kill();
    } else if (younger === undefined && elder.remembered > (this.#options.lifetime ?? 50_000))
      this.#younger = this.#open();
  }

  #giveUp(monitor: Monitor, why: string): void {
    if (monitor === this.#younger) {
      this.#younger = undefined;
      // Not before the elder has heard as much again.
      if (this.#elder !== undefined) this.#elder.remembered = 0;
    } else if (monitor === this.#elder) {
      this.#elder = this.#younger;
      this.#younger = undefined;
      this.#chronicle.end();
      if (this.#elder === undefined) this.#rest(monitor, why);
    } else return;
    void monitor.program.kill();
  }

  #rest({ began }: Monitor, why: string): void {
    if (!this.#isBlind) this.#options.onBlind?.(why);
    this.#isBlind = true;
    if (performance.now() - began > WELL_AFTER_MS) this.#troubles = 0;
    const restMs = Math.min((this.#options.restMs ?? 250) * 2 ** this.#troubles, LONGEST_REST_MS);
    this.#troubles += 1;
    this.#resting = setTimeout(() => {
      this.#elder = this.#open();
    }, restMs).unref();
  }
}
