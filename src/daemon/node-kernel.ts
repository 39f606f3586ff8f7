import { setTimeout as sleep } from "node:timers/promises";
import type { ApplyFailure } from "../kernel/apply.ts";
import type { KernelBackend, PlanWriter } from "../kernel/backend.ts";
import { type Drift, driftOf } from "../kernel/drift.ts";
import type { StayedSet } from "../kernel/plan-change.ts";
import { type Plan, isEmptyPlan } from "../kernel/plan.ts";
import type { Reading } from "../kernel/read.ts";
import { SessionTrouble } from "../kernel/session/acknowledged-session.ts";
import { type Left, type Standing, setIn } from "../kernel/standing.ts";
import type { KernelState, StandingSet } from "../kernel/state.ts";
import type { Leg } from "../kernel/walk/plan-walk.ts";
import { withoutAnswers, withoutFamilies } from "../kernel/without-families.ts";
import { Wordings } from "../kernel/wordings.ts";
import { setFamily } from "../render/names.ts";
import type { Ruleset } from "../render/ruleset.ts";
import { LastTold } from "./last-told.ts";
import { lookAtSets } from "./look-at-sets.ts";
import { lookForDrift } from "./look-for-drift.ts";
import { type LookedUpon, Looks, type Seen } from "./looks.ts";
import { WriteRecord } from "./write-record.ts";

export interface Outcome {
  /** What was to be written, one after the other: mostly one plan, none where nothing differed. */
  readonly plans: readonly Plan[];
  /** How many writes the tools were given: a program run, or one that is kept open asked. */
  readonly commands: number;
  readonly failures: readonly ApplyFailure[];
  /** Why the tools that are kept open were given up in this pass; all was then read again, and written without them. */
  readonly sessionTrouble?: string;
  /** What others have changed since it was last left whole, where the kernel was read again and told so. */
  readonly drift?: Drift;
}

/**
 * One node's kernel, and what is believed to stand in it. Belief spares reading everything back at every change; it is
 * given up after any failure and checked against the kernel now and then (`look`).
 */
export class NodeKernel {
  readonly #backend: KernelBackend;
  #standing: Standing | undefined;
  /** What was believed before the last recall. */
  #recalled: Standing | undefined;
  /** Sets that could not be destroyed in the pass before. */
  #held: ReadonlyMap<string, string> = new Map();
  readonly #wordings = new Wordings();
  /** What was asked for last. */
  #wanted: Ruleset | undefined;

  readonly #record = new WriteRecord();
  #bringing: Promise<Outcome> | undefined;

  /** Counts beginnings and ends of writes: a reading during which it moved tells of no moment. */
  #epoch = 0;
  readonly #told: LastTold;
  readonly #looks: Looks;
  #looked: Seen | undefined;
  #recalls = 0;
  #heeding: Promise<boolean> | undefined;
  #heededAt = Number.NEGATIVE_INFINITY;

  constructor(backend: KernelBackend) {
    this.#backend = backend;
    this.#told = new LastTold(backend.witness);
    this.#looks = new Looks(this.#lookedUpon());
  }

  /** Makes the kernel hold this ruleset, writing only what differs. Never twice at once. */
  bring(wanted: Ruleset): Promise<Outcome> {
    const bringing = this.#bring(wanted).finally(() => {
      this.#bringing = undefined;
    });
    this.#bringing = bringing;
    return bringing;
  }

  async #bring(wanted: Ruleset): Promise<Outcome> {
    this.#wanted = wanted;
    const { processes, kept } = this.#backend.writers();
    if (kept === undefined) return this.#attempt(wanted, processes);
    try {
      const outcome = await this.#attempt(wanted, kept);
      if (kept.commands() > processes.commands()) this.#backend.kept?.praise();
      return outcome;
    } catch (error) {
      if (!(error instanceof SessionTrouble)) throw error;
      // What became of their last write nobody knows.
      this.#standing = undefined;
      await this.#backend.kept?.rest();
      return { ...(await this.#attempt(wanted, processes)), sessionTrouble: error.message };
    }
  }

  async #attempt(wanted: Ruleset, writer: PlanWriter): Promise<Outcome> {
    const isRead = this.#standing === undefined;
    let standing: Standing;
    let unread: Reading["unread"] = new Map();
    let unreadFilter: Reading["unreadFilter"] = new Map();
    let raw: KernelState | undefined;
    try {
      if (this.#standing === undefined) {
        const looked = this.#looked?.epoch === this.#epoch ? this.#looked : undefined;
        this.#looked = undefined;
        const { reading, moment } = looked ?? (await this.#read(wanted));
        ({ unread, unreadFilter } = reading);
        raw = reading.state;
        if (unread.size + unreadFilter.size === 0) this.#told.by(moment);
        standing = { kind: "read", state: this.#wordings.understood(raw) };
      } else standing = this.#standing;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { plans: [], commands: 0, failures: [{ step: "read the kernel", message }] };
    }
    const notRead = [
      ...[...unread].map(([family, message]) => ({ step: `read ${family} rules`, message })),
      ...[...unreadFilter].map(([family, message]) => ({ step: `read ${family} filter rules`, message })),
    ];
    const legs = this.#backend
      .plan(standing, wanted)
      .map((leg): Leg => {
        const readable = withoutFamilies(leg.plan, new Set(unread.keys()));
        return { ...leg, plan: withoutAnswers(readable, new Set(unreadFilter.keys())) };
      })
      .filter(({ plan }) => !isEmptyPlan(plan));
    const plans = legs.map(({ plan }) => plan);
    if (plans.length === 0) {
      this.#standing = notRead.length > 0 ? undefined : { kind: "left", ruleset: wanted, stayed: [] };
      return { plans, commands: 0, failures: notRead, ...this.#drift(raw, notRead.length) };
    }
    this.#standing = undefined;
    this.#epoch += 1;
    const { commands, failures, held, heldAtFirst } = await this.#record
      .during(plans, () => writer.carryOut(legs))
      .finally(() => {
        this.#epoch += 1;
      });
    if (standing.kind === "read" && failures.length === 0) await this.#learn(standing.state, wanted);
    // Rules that are gone hold their sets for a moment; what is still held at the next look is held by somebody else.
    const stuck = isRead ? [...held].filter(([name]) => heldAtFirst.has(name) && this.#held.has(name)) : [];
    this.#held = held;
    const stayed = [...held.keys()].flatMap((name): StayedSet[] => {
      const set = setOnWay(standing, legs, name);
      return set === undefined ? [] : [[name, set]];
    });
    if (failures.length + notRead.length === 0) this.#standing = { kind: "left", ruleset: wanted, stayed };
    const notDestroyed = stuck.map(([name, message]) => ({ step: `destroy ${name}`, message }));
    const allFailures = [...notRead, ...failures, ...notDestroyed];
    return { plans, commands, failures: allFailures, ...this.#drift(raw, notRead.length) };
  }

  /** Looks beside the writes whether others have changed what is ours. */
  look(): Promise<void> {
    return this.#looks.take();
  }

  /** Where looks are taken. */
  #lookedUpon(): LookedUpon {
    const [reader, record] = [this.#backend.readerBeside, this.#record];
    const at = { reader, record, left: () => this.#left() };
    const understood = (state: KernelState): KernelState => this.#wordings.understood(state);
    return {
      told: this.#told,
      seen: this.#backend.witness?.sees,
      whole: () => lookForDrift({ ...at, wanted: this.#wanted, understood }),
      sets: () => lookAtSets(at, () => true),
      epoch: () => this.#epoch,
      recalls: () => this.#recalls,
      recall: (seen) => this.#recallSeen(seen),
    };
  }

  /** Has the next `bring` take what was read, if nothing was written since that began; else it reads. */
  async #recallSeen(seen: Seen | undefined): Promise<void> {
    this.#told.soon();
    // One that goes on would believe in what it leaves.
    while (this.#bringing !== undefined) await this.#bringing.catch(() => undefined);
    if (seen?.epoch === this.#epoch) this.#looked = seen;
    this.recall();
  }

  /**
   * The witness has seen others write: has the next `bring` read the kernel, beside no writes, as a look beside them might find no end.
   * Fulfilled with whether it will. One that writes all the time is heeded now and then.
   */
  heed(): Promise<boolean> {
    this.#heeding ??= this.#heed().finally(() => {
      this.#heeding = undefined;
    });
    return this.#heeding;
  }

  async #heed(): Promise<boolean> {
    const waitMs = this.#heededAt + HEED_MS - performance.now();
    if (waitMs > 0 && this.#told.isOutdated()) await sleep(waitMs, undefined, { ref: false });
    while (this.#bringing !== undefined) await this.#bringing.catch(() => undefined);
    // A pass may have read meanwhile, or be about to.
    if (!this.#told.isOutdated()) return false;
    this.#heededAt = performance.now();
    if (this.#standing !== undefined) this.recall();
    return true;
  }

  /** What is believed, once no write goes on. */
  async #left(): Promise<Left | undefined> {
    while (this.#standing === undefined && this.#bringing !== undefined)
      await this.#bringing.catch(() => undefined);
    return this.#standing?.kind === "left" ? this.#standing : undefined;
  }

  /** Forgets what is believed: the next `bring` reads the kernel first, and so repairs what others changed. */
  recall(): void {
    this.#recalls += 1;
    // Twice, before anything was read: what was believed is still what others have changed since.
    this.#recalled = this.#standing ?? this.#recalled;
    this.#standing = undefined;
  }

  async #read(wanted: Ruleset): Promise<Pick<Seen, "reading" | "moment">> {
    const moment = this.#told.now();
    return { reading: await this.#backend.reader.read(wanted), moment };
  }

  /** Rules that read otherwise than we write them have just been written anew: so the tool words them. */
  async #learn(before: KernelState, wanted: Ruleset): Promise<void> {
    if (!this.#wordings.isInDoubt(before, wanted)) return;
    // What cannot be read now is in doubt again at the next look.
    const reading = await this.#backend.reader.read(wanted).catch(() => undefined);
    if (reading !== undefined) this.#wordings.learn(reading.state, wanted);
  }

  /** What others have changed since the recall of what was left, by all that is known of how the tools word it. */
  #drift(raw: KernelState | undefined, notRead: number): Pick<Outcome, "drift"> {
    const left = raw === undefined ? undefined : this.#recalled;
    if (raw !== undefined) this.#recalled = undefined;
    if (raw === undefined || left?.kind !== "left" || notRead > 0) return {};
    const drift = driftOf(
      this.#wordings.understood(raw),
      left.ruleset,
      left.stayed.map(([name]) => name),
    );
    return drift === undefined ? {} : { drift };
  }

  /** Ends the tools that are kept open, and the witness. */
  async close(): Promise<void> {
    const { kept, witness } = this.#backend;
    await Promise.all([kept?.close(), witness?.close()]);
  }
}

/** A set as it was last written, or stood before. */
function setOnWay(standing: Standing, legs: readonly Leg[], name: string): StandingSet | undefined {
  const last = legs.findLast(({ to }) => to[setFamily(name)].sets.has(name));
  return last === undefined ? setIn(standing, name) : last.to[setFamily(name)].sets.get(name);
}

/** Between two readings that somebody else's writes ask for: who goes on and on is repaired as fast as looks would do. */
const HEED_MS = 5_000;
