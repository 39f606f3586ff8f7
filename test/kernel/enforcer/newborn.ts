import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { podAddresses } from "../../../src/lab/cni/result.ts";
import type { DualStack } from "../../../src/lab/addressing.ts";
import type { LabCluster } from "../../../src/lab/cluster/lab-cluster.ts";
import { create, objectPath, remove } from "../../../src/lab/cluster/objects.ts";
import { inNetns } from "../../../src/lab/enter.ts";
import { LAB_MARK, netnsPath, podNetns } from "../../../src/lab/names.ts";
import { type Sandbox, attachSandbox, createSandbox, removeSandbox } from "../../../src/lab/sandbox.ts";
import { must } from "../../support/must.ts";
import { type TestPod, podPlan } from "./playground.ts";

export interface NewbornConfig {
  /** UDP: what it sends from and takes on. */
  readonly port: number;
  readonly send: readonly { readonly address: string; readonly port: number }[];
}

export interface NewbornReport {
  /** By address: when the first packet came from it, on the machine's clock. */
  readonly firstFrom: Readonly<Record<string, number>>;
  /** By address: how many packets came. */
  readonly received: Readonly<Record<string, number>>;
}

export interface NewbornProcess {
  /** Fulfilled when something has come in both families, or after so many milliseconds. */
  heard(patience: number): Promise<void>;
  /** Ends the process and says what happened. */
  report(): Promise<NewbornReport>;
}

/** A pod that has been attached to the network, whose status the API was never told. */
export interface Newborn extends NewbornProcess {
  readonly addresses: DualStack;
  /** When CNI ADD had returned, on the machine's clock, and how long it took. */
  readonly addedAt: number;
  readonly addTook: number;
  /** CNI DEL and the end of the Pod object. */
  end(): Promise<void>;
}

const PROCESS = fileURLToPath(new URL("./newborn-process.ts", import.meta.url));

const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Starts the process in a network namespace, whatever is in that already. */
export async function startProcess(
  lab: string,
  path: string,
  config: NewbornConfig,
): Promise<NewbornProcess> {
  const [command, ...enter] = inNetns(path);
  const child = spawn(command, [...enter, process.execPath, PROCESS, JSON.stringify(config)], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, [LAB_MARK]: lab },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  const second = lines.next();
  return {
    heard: async (patience) => {
      await Promise.race([second, sleep(patience)]);
    },
    report: async () => {
      child.stdin.end();
      const { value } = await second;
      const last = value === "heard" ? (await lines.next()).value : value;
      return JSON.parse(String(last)) as NewbornReport;
    },
  };
}

/** As kubelet starts a pod, but that its process is there before its network: the Pod object, then ADD. No status follows. */
export async function startNewborn(
  { lab, control }: LabCluster,
  pod: TestPod,
  config: NewbornConfig,
): Promise<Newborn> {
  const plan = podPlan(pod);
  const { namespace, name } = plan;
  const ref = { apiVersion: "v1", kind: "Pod", namespace, name };
  await create(control.client, plan.object);
  const { metadata } = (await control.client.request({ path: objectPath(ref) })) as {
    readonly metadata: { readonly uid: string };
  };
  const node = must(lab.nodes.find((each) => each.name === pod.node));
  const spec = { namespace, name, uid: metadata.uid, ports: [] };
  const sandbox: Sandbox = { node, spec, id: randomBytes(32).toString("hex") };
  await createSandbox(sandbox);
  const running = await startProcess(lab.name, netnsPath(podNetns(lab.name, sandbox.id)), config);
  const began = now();
  const addresses = podAddresses(await attachSandbox(sandbox));
  const addedAt = now();
  return {
    addresses,
    addedAt,
    addTook: addedAt - began,
    ...running,
    end: async () => {
      await removeSandbox(sandbox);
      await remove(control.client, ref);
    },
  };
}
