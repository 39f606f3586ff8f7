import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import type { ObjectKey } from "../../core/cluster.ts";
import { Backoff } from "../../kube/backoff.ts";
import { type KubeClient, KubeError } from "../../kube/client.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { type KubeEvent, microTime } from "../events/kube-event.ts";
import type { ControllerObserver } from "./controller-observer.ts";

export interface PolicyEventsOptions {
  readonly client: Pick<KubeClient, "request">;
  /** Of this controller, a pod's name. */
  readonly identity: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

type Said = Pick<KubeEvent, "type" | "reason" | "action" | "note">;

/** Events that wait; where more come than can be written, the newest are not told. */
const MOST_WAITING = 1_000;
const LONGEST_NOTE = 1_000;
const LONGEST_NAME = 230;
const TRIES = 3;
const PATIENCE = 10_000;

const seconds = (milliseconds: number): string =>
  milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`;

/** What a policy's owner sees by `kubectl events --for networkpolicy/...`; `kubectl describe` shows none of these. Nobody waits for it, and what fails is left. */
export function policyEvents(options: PolicyEventsOptions): ControllerObserver {
  const waiting: KubeEvent[] = [];
  let isWriting = false;
  const event = (key: ObjectKey, uid: string, said: Said): KubeEvent => {
    const [namespace = "", name = ""] = key.split("/");
    return {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: {
        namespace,
        name: `${name.slice(0, LONGEST_NAME).replace(/[-.]+$/, "")}.${randomBytes(8).toString("hex")}`,
      },
      eventTime: microTime(Date.now()),
      ...said,
      note: said.note.slice(0, LONGEST_NOTE),
      regarding: { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", namespace, name, uid },
      reportingController: "selvedge.dev/controller",
      reportingInstance: options.identity.slice(0, 128),
    };
  };
  const tell = (key: ObjectKey, uid: string, said: Said): void => {
    if (waiting.length >= MOST_WAITING) return;
    waiting.push(event(key, uid, said));
    if (isWriting) return;
    isWriting = true;
    void writeAll(options, waiting).finally(() => {
      isWriting = false;
    });
  };
  return {
    compiled: ({ key, uid, problems }) =>
      problems.length === 0
        ? tell(key, uid, {
            type: "Normal",
            reason: "Compiled",
            action: "Compile",
            note: "all of it is compiled",
          })
        : tell(key, uid, {
            type: "Warning",
            reason: "Invalid",
            action: "Compile",
            note: `what is invalid allows nothing: ${problems.join("; ")}`,
          }),
    enforced: ({ key, uid, nodes, milliseconds }) =>
      tell(key, uid, {
        type: "Normal",
        reason: "Enforced",
        action: "Enforce",
        note: `enforced on ${nodes} ${nodes === 1 ? "node" : "nodes"} after ${seconds(milliseconds)}`,
      }),
  };
}

async function writeAll({ client, log, signal }: PolicyEventsOptions, waiting: KubeEvent[]): Promise<void> {
  const backoff = new Backoff(500, 10_000);
  for (let event = waiting.shift(); event !== undefined && !signal.aborted; event = waiting.shift()) {
    const path = `/apis/events.k8s.io/v1/namespaces/${event.metadata.namespace}/events`;
    for (let tries = 1; ; tries += 1) {
      try {
        const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);
        await client.request({ method: "POST", path, body: event, signal: patience });
        break;
      } catch (error) {
        const isRefused = error instanceof KubeError && error.status < 500 && error.status !== 429;
        if (signal.aborted || isRefused || tries === TRIES) {
          if (!signal.aborted) log.warn({ err: error }, "an Event could not be written");
          break;
        }
        await sleep(backoff.next(), undefined, { signal }).catch(() => undefined);
      }
    }
  }
}
