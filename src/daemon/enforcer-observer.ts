import type { Logger } from "pino";
import type { Node, Pod } from "../core/cluster.ts";
import type { NodeProgram } from "../core/node-program.ts";
import type { Program } from "../core/program.ts";
import type { Plan } from "../kernel/plan.ts";
import type { Ruleset } from "../render/ruleset.ts";
import type { GateState } from "./gate-state.ts";
import type { Outcome } from "./node-kernel.ts";
import type { PublishedState } from "./published/published-state.ts";
import { tellEach } from "./tell-each.ts";

/** One pass of the enforcer: what it went by, what it wanted to stand, and what it did. */
export interface Pass {
  readonly program: Program;
  /** Live pods of the whole cluster. */
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  readonly local: NodeProgram;
  readonly ruleset: Ruleset;
  /** Whether pods that are still to come are closed. */
  readonly gate: GateState;
  readonly outcome: Outcome;
  readonly milliseconds: number;
  /** How far this is with what a controller publishes; `undefined` where no controller is asked. */
  readonly published?: PublishedState | undefined;
}

/**
 * Who wants to know what an enforcer does: the log, the metrics. Told at once and in order; what is told is data, and
 * nothing comes back, so that who listens cannot get in the way of enforcement.
 */
export interface EnforcerObserver {
  /** A pass begins: from now on rules may be written. */
  readonly passing?: () => void;
  /** It has ended. */
  readonly passed?: (pass: Pass) => void;
  /** It has ended by a fault of our own. */
  readonly failed?: (error: unknown) => void;
  readonly cutFlows?: (flows: number) => void;
  /** A collection of the API server cannot be followed; once for each interruption. */
  readonly interrupted?: (trouble: string) => void;
  readonly recovered?: (collection: string) => void;
  readonly badObject?: (object: string, problems: readonly string[], consequence: string) => void;
}

/** One observer that tells several. One that fails keeps nobody else from being told, and stops nothing. */
export function tellAll(
  observers: readonly EnforcerObserver[],
  onFault: (error: unknown) => void,
): Required<EnforcerObserver> {
  const each = tellEach(observers, onFault);
  return {
    passing: () => each((one) => one.passing?.()),
    passed: (pass) => each((one) => one.passed?.(pass)),
    failed: (error) => each((one) => one.failed?.(error)),
    cutFlows: (flows) => each((one) => one.cutFlows?.(flows)),
    interrupted: (trouble) => each((one) => one.interrupted?.(trouble)),
    recovered: (collection) => each((one) => one.recovered?.(collection)),
    badObject: (...told) => each((one) => one.badObject?.(...told)),
  };
}

/** How many names of a kind a line of the log holds. */
const MOST_NAMES = 10;

const shown = (names: readonly string[]): readonly string[] =>
  names.length <= MOST_NAMES
    ? names
    : [...names.slice(0, MOST_NAMES), `and ${names.length - MOST_NAMES} more`];

/** The log: one line for what happened, none for a pass that found everything in its place. */
export const logObserver = (log: Logger): EnforcerObserver => ({
  passed: ({ outcome: { plans, commands, failures, sessionTrouble, drift }, milliseconds }) => {
    if (sessionTrouble !== undefined)
      log.warn(
        { trouble: sessionTrouble },
        "the tools kept open are given up for a while; each write is a process",
      );
    if (drift !== undefined)
      log.warn(
        { chains: shown(drift.chains), sets: shown(drift.sets) },
        "others changed what is ours; it is put right",
      );
    if (failures.length > 0) log.error({ failures }, "could not write; what stood before stays in force");
    if (plans.length === 0) return;
    const sum = (size: (plan: Plan) => number): number => plans.reduce((all, plan) => all + size(plan), 0);
    log.info(
      {
        setLines: sum(({ setsBefore, setsAfter }) => setsBefore.length + setsAfter.length),
        tables: [...new Set(plans.flatMap(({ tables }) => [...tables.keys()]))],
        setsDestroyed: sum(({ destroy }) => destroy.length),
        // More than one where rules and peers change so that one would let something by (docs/kernel.md, "Writing").
        ...(plans.length > 1 ? { plans: plans.length } : {}),
        commands,
        milliseconds: Math.round(milliseconds * 10) / 10,
      },
      "applied",
    );
  },
  failed: (error) => log.error({ err: error }, "a pass failed; what stood before stays in force"),
  interrupted: (trouble) =>
    log.warn({ trouble }, "the API server cannot be followed; what stands stays in force"),
  recovered: (collection) => log.info({ collection }, "the API server is followed again"),
  badObject: (object, problems, consequence) => log.warn({ object, problems, consequence }, "invalid object"),
});
