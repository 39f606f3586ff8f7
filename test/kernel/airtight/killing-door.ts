import type { Exec, ExecResult } from "../../../src/kernel/exec.ts";
import type { OpenProgram, SessionDoor, SessionRequest } from "../../../src/kernel/session/session-door.ts";
import type { Moment } from "./killing-exec.ts";

/** One text that a program which is kept open was given. */
export interface SessionWrite {
  readonly command: string;
  readonly input: string;
}

/** The door to the kept-open programs of an enforcer, of which one is killed at a moment, or all with the enforcer. */
export interface KillingDoor {
  readonly door: SessionDoor;
  /** The door to other programs, which is shut when the enforcer dies: what was asked of the dead is never answered. */
  readonly exec: Exec;
  /** Fulfilled when what was to die is gone, and writes no more. */
  readonly dead: Promise<void>;
}

const never = new Promise<ExecResult>(() => undefined);

/** What a program is given after an input, to learn that it has done what stands before. */
const PROBE = "selvedge-injector-asks-for-the-end-of-it";

/** A line that makes the program repeat the word and does nothing else, and so is acknowledged by. */
function probeLine(command: string): string {
  if (command === "ipset") return `test ${PROBE} 0.0.0.0\n`;
  return command === "nft" ? `${PROBE}\n` : `# ${PROBE}\n`;
}

/** A table without its COMMIT is never acknowledged, and never written. */
const isAcknowledged = (command: string, input: string): boolean =>
  command === "ipset" || command === "nft" || input.includes("COMMIT\n");

/** Counted are writes of all programs, in the order in which they are begun: the first is 0. */
export function killingDoor(
  inner: SessionDoor,
  exec: Exec,
  victim: "program" | "enforcer",
  moment: Moment,
): KillingDoor {
  const { promise: dead, resolve } = Promise.withResolvers<void>();
  const open = new Set<OpenProgram>();
  let writes = 0;
  let isEnforcerDead = false;

  const openProgram = (request: SessionRequest): OpenProgram => {
    let heard = "";
    let isDying = false;
    let onProbed: () => void = () => undefined;
    const hear =
      (tell: (chunk: string) => void) =>
      (chunk: string): void => {
        if (!isDying && !isEnforcerDead) tell(chunk);
        if (!isDying) return;
        heard += chunk;
        if (heard.includes(PROBE)) onProbed();
      };
    const program = inner({
      ...request,
      onOutput: hear(request.onOutput),
      onError: hear(request.onError),
      onEnd: (why) => {
        onProbed();
        if (!isEnforcerDead) request.onEnd(why);
      },
    });
    open.add(program);
    /** Has the program do what it is given, and nothing after it. */
    const done = (input: string): Promise<void> =>
      new Promise((settle) => {
        onProbed = settle;
        program.write(`${input}${probeLine(request.command)}`);
      });
    const die = async (input: string): Promise<void> => {
      isDying = true;
      isEnforcerDead = victim === "enforcer";
      // What is not acknowledged is killed while it reads.
      if (input === "" || !isAcknowledged(request.command, input)) program.write(input);
      else await done(input);
      await Promise.all([...(victim === "enforcer" ? open : [program])].map((each) => each.kill()));
      resolve();
    };
    return {
      write: (input) => {
        if (isEnforcerDead || isDying) return;
        const isMoment = writes === moment.write;
        writes += 1;
        if (!isMoment) program.write(input);
        else if (moment.kind === "before") void die("");
        else void die(moment.kind === "after" ? input : input.slice(0, moment.characters));
      },
      kill: () => {
        open.delete(program);
        return program.kill();
      },
    };
  };

  const closed: OpenProgram = { write: () => undefined, kill: () => Promise.resolve() };
  return {
    dead,
    door: (request) => (isEnforcerDead ? closed : openProgram(request)),
    exec: (request) => (isEnforcerDead ? never : exec(request)),
  };
}

/** Every moment: before a write, after each line that matters, and after all of it, when nobody heard so. */
export function sessionMoments(
  writes: readonly SessionWrite[],
  ofTables: "every line" | "one line",
): Moment[] {
  return writes.flatMap(({ command, input }, write): Moment[] => {
    const lines = [...input.matchAll(/\n/g)].map(({ index }) => index + 1).slice(0, -1);
    const middle = lines.at(Math.floor(lines.length / 2)) ?? 0;
    // A table is written whole or not at all: one line of many may stand for those before its COMMIT.
    const isWhole = command === "ipset" || ofTables === "every line";
    const cuts = isWhole ? lines.slice(0, -1) : [middle];
    return [
      { kind: "before", write },
      ...cuts.map((characters): Moment => ({ kind: "within", write, characters })),
      { kind: "after", write },
    ];
  });
}
