import type { ObjectKey } from "../../core/cluster.ts";
import type { WriteFailure } from "./publisher.ts";
import { tellEach } from "../tell-each.ts";

/** A policy has been compiled and published; `problems` is what is wrong with it, with field paths. */
export interface CompiledEvent {
  readonly key: ObjectKey;
  readonly uid: string;
  readonly problems: readonly string[];
}

/** Every node that a policy concerns enforces it, for the first time since it changed. */
export interface EnforcedEvent {
  readonly key: ObjectKey;
  readonly uid: string;
  readonly nodes: number;
  /** From when this controller saw the change until it learned that the last node is done. */
  readonly milliseconds: number;
}

/** A pass of the leader. */
export interface PublishedPass {
  readonly policies: number;
  readonly groups: number;
  /** Writes that came about. */
  readonly written: number;
  readonly failures: readonly WriteFailure[];
  readonly milliseconds: number;
  /** Of these, for what is to stand and how it differs from what stands. */
  readonly planning: number;
}

/** Who wants to know what a controller does: the log, the metrics, the Events. Nothing comes back. */
export interface ControllerObserver {
  readonly compiled?: (event: CompiledEvent) => void;
  readonly enforced?: (event: EnforcedEvent) => void;
  /** A pass has looked at everything, and written what differed. */
  readonly passed?: (pass: PublishedPass) => void;
  readonly failed?: (error: unknown) => void;
  /** Who leads now; empty for nobody. */
  readonly leader?: (identity: string, isSelf: boolean) => void;
  /** A pass begins: it looks at all that changed until now. */
  readonly began?: () => void;
  /** Something changed that the next pass will look at. */
  readonly changed?: () => void;
  readonly interrupted?: (trouble: string) => void;
  readonly recovered?: (collection: string) => void;
}

/** One observer that tells several; one that fails keeps nobody else from being told. */
export function tellControllerObservers(
  observers: readonly ControllerObserver[],
  onFault: (error: unknown) => void,
): Required<ControllerObserver> {
  const each = tellEach(observers, onFault);
  return {
    compiled: (event) => each((one) => one.compiled?.(event)),
    enforced: (event) => each((one) => one.enforced?.(event)),
    passed: (pass) => each((one) => one.passed?.(pass)),
    failed: (error) => each((one) => one.failed?.(error)),
    leader: (identity, isSelf) => each((one) => one.leader?.(identity, isSelf)),
    began: () => each((one) => one.began?.()),
    changed: () => each((one) => one.changed?.()),
    interrupted: (trouble) => each((one) => one.interrupted?.(trouble)),
    recovered: (collection) => each((one) => one.recovered?.(collection)),
  };
}
