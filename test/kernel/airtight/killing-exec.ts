import type { Exec, ExecRequest, ExecResult } from "../../../src/kernel/exec.ts";
import { scale } from "../../support/search-settings.ts";
import { isWrite } from "../../support/netfilter/memory-exec.ts";

/** A moment in the life of an enforcer, told by the writes that it makes: the first is 0. */
export type Moment =
  /** The write was not begun. */
  | { readonly kind: "before"; readonly write: number }
  /**
   * The enforcer died while it handed over the input: what it still held is lost, and the program finds the end of its
   * input after so many characters.
   */
  | { readonly kind: "within"; readonly write: number; readonly characters: number }
  /** The write was done, and nobody read its answer. */
  | { readonly kind: "after"; readonly write: number };

/** The door to other programs of an enforcer that is killed at a moment. */
export interface KillingExec {
  readonly exec: Exec;
  /** Fulfilled when it is dead, and whatever it had begun beside has ended by itself, as children do. */
  readonly dead: Promise<void>;
}

/** What was asked of the dead is never answered. */
const never = new Promise<ExecResult>(() => undefined);

/**
 * Lets an enforcer live until a moment. Counted are writes as the kernel sees them, one program with its input each, in
 * the order in which they are begun; what is read costs nothing.
 */
export function killingExec(exec: Exec, moment: Moment): KillingExec {
  const { promise: dead, resolve } = Promise.withResolvers<void>();
  const running = new Set<Promise<ExecResult>>();
  let writes = 0;
  let isDead = false;
  const die = (): Promise<ExecResult> => {
    isDead = true;
    void Promise.allSettled(running).then(() => resolve());
    return never;
  };
  const run = (request: ExecRequest): Promise<ExecResult> => {
    const result = exec(request);
    running.add(result);
    void result.finally(() => running.delete(result));
    return result;
  };
  return {
    dead,
    exec: async (request) => {
      if (isDead) return never;
      const isMoment = isWrite(request) && writes === moment.write;
      writes += isWrite(request) ? 1 : 0;
      if (!isMoment) {
        const result = await run(request);
        return isDead ? never : result;
      }
      if (moment.kind === "within")
        await run({ ...request, input: (request.input ?? "").slice(0, moment.characters) });
      if (moment.kind === "after") await run(request);
      return die();
    },
  };
}

/** After no line and after each: lines are handed over whole (`write-lines.test.ts`). */
const endsOfLines = (input: string): number[] => [
  0,
  ...[...input.matchAll(/\n/g)].map(({ index }) => index + 1),
];

/** ipset takes one line after the other; that nft takes all or nothing is our own doing, so that is looked at when there is time. */
const isTakenByLines = (command: string): boolean => command === "ipset" || (command === "sh" && scale > 1);

/** Ends of lines by which nft has taken something away, and not yet put anything in its place. */
const afterTaking = (input: string): number[] =>
  [...input.matchAll(/^(?:flush|delete) .*\n/gm)].map(({ 0: line, index }) => index + line.length);

/**
 * A program that writes all or nothing is not asked about every line: the first, the last, one in the middle, and the one after
 * which the least stands.
 */
function thinned(cuts: readonly number[], input: string): number[] {
  const middle = Math.floor(cuts.length / 2);
  const kept = [cuts[0], cuts[middle], afterTaking(input).at(-1), ...cuts.slice(-2)];
  return [...new Set(kept)].filter((cut) => cut !== undefined);
}

/** Every moment at which an enforcer that makes these writes can die. */
export function momentsOf(writes: readonly ExecRequest[]): Moment[] {
  const moments = writes.flatMap(({ command, input = "" }, write): Moment[] => {
    const cuts = endsOfLines(input);
    const kept = isTakenByLines(command) ? cuts : thinned(cuts, input);
    return [
      { kind: "before", write },
      ...kept
        .filter((characters) => characters < input.length)
        .map((characters): Moment => ({ kind: "within", write, characters })),
    ];
  });
  return writes.length === 0 ? [] : [...moments, { kind: "after", write: writes.length - 1 }];
}

export function momentText(moment: Moment, writes: readonly ExecRequest[]): string {
  const request = writes[moment.write];
  const told = [request?.command, ...(request?.args ?? [])].join(" ");
  if (moment.kind !== "within") return `${moment.kind} ${told}`;
  return `within ${told}, whose input ended in ${JSON.stringify(request?.input?.slice(0, moment.characters).slice(-60))}`;
}
