import { setTimeout as sleep } from "node:timers/promises";
import type { KubeClient } from "../../kube/client.ts";
import { type LeaderElectionOptions, runLeaderElection } from "../../kube/lease/leader-election.ts";
import type { Leadership } from "../../kube/lease/leadership.ts";
import { Worker } from "../worker.ts";
import { Controller } from "./controller.ts";
import type { ControllerObserver } from "./controller-observer.ts";
import { LEASE, markPublished } from "./published-mark.ts";
import { watchForController } from "./watched-cluster.ts";

export interface StartControllerOptions {
  readonly client: KubeClient;
  /** Where the lease is. */
  readonly namespace: string;
  /** Of this process, and of no other ever. */
  readonly identity: string;
  readonly tell: Required<ControllerObserver>;
  readonly signal: AbortSignal;
  readonly times?: Pick<LeaderElectionOptions, "leaseDuration" | "renewDeadline" | "retryPeriod">;
}

export interface RunningController {
  /** Why it could not take over now; nothing where it leads or stands by. */
  readonly notReady: () => string | undefined;
  readonly isLeader: () => boolean;
  /** Fulfilled when the signal has ended it: it has stepped down, and writes nothing more. */
  readonly done: Promise<void>;
}

/**
 * Starts a controller: it follows the cluster from the start, and writes while it leads. A standby is as warm as the
 * leader, so that a takeover is one pass. The signal ends the writes first, and then steps down.
 */
export function startController(options: StartControllerOptions): RunningController {
  const { client, namespace, identity, tell, signal, times } = options;
  let term: Leadership | undefined;
  let isSynced = false;
  const cluster = watchForController(
    { client, signal, onTrouble: tell.interrupted, onRecovery: tell.recovered },
    () => {
      tell.changed();
      worker.ask();
    },
  );
  const controller = new Controller({
    client,
    cluster,
    tell,
    onPublished: (during) => markPublished(client, namespace, during),
  });
  const pass = async (): Promise<"done" | "again"> => {
    if (!isSynced) return "done";
    const leading = term?.isHeld() === true ? term : undefined;
    try {
      const wait = leading === undefined ? controller.standBy() : await controller.pass(leading);
      if (wait === undefined) return "done";
      await sleep(wait, undefined, { signal: leading?.signal ?? signal });
    } catch (error) {
      // The end of the term ends what it was doing; what is left is the next leader's.
      if (leading?.isHeld() !== false) tell.failed(error);
    }
    return "again";
  };
  const worker = new Worker(pass, signal);
  const election = runLeaderElection({
    client,
    namespace,
    name: LEASE,
    identity,
    signal,
    ...times,
    onElected: (elected) => {
      term = elected;
      worker.ask();
    },
    onLeader: (leader) => tell.leader(leader, leader === identity),
    onTrouble: (error) => {
      if (!signal.aborted) tell.interrupted(`lease ${namespace}/${LEASE}: ${String(error)}`);
    },
  });
  const start = async (): Promise<void> => {
    await cluster.synced;
    isSynced = true;
    worker.ask();
  };
  void start();
  return {
    notReady: () => (isSynced ? undefined : "waiting for the first whole view of the cluster"),
    isLeader: () => term?.isHeld() === true,
    done: Promise.all([cluster.done, election]).then(() => worker.idle()),
  };
}
