import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("knocker.ts", import.meta.url));

/** A connection that came to stand, in milliseconds since the epoch. */
interface Opened {
  readonly began: number;
  readonly ended: number;
}

/** Knocks at one place after the other from one network namespace. */
export interface Knocker {
  readonly at: (address: string, port: number) => void;
  readonly rest: () => void;
  /** When the first connection that began after `since` stood. */
  readonly firstOpen: (since: number) => Promise<number>;
  /** When the last connection began before none stood for a while; of those that began after `since`. */
  readonly lastOpen: (since: number) => Promise<number>;
  /** How many connections that began after `since` have stood. */
  readonly opens: (since: number) => number;
  readonly stop: () => void;
}

const LONG = 60_000;
/** So long without a connection is closed. */
const QUIET = 600;

const now = (): number => performance.timeOrigin + performance.now();

/** Starts one in a network namespace. */
export async function startKnocker(netnsPath: string): Promise<Knocker> {
  const child = spawn("nsenter", [`--net=${netnsPath}`, process.execPath, PROGRAM], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let opened: Opened[] = [];
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [kind, began, ended] = line.split(" ");
      if (kind === "ready") resolve();
      else opened.push({ began: Number(began), ended: Number(ended) });
    });
  });
  const firstOpen = async (since: number): Promise<number> => {
    while (now() < since + LONG) {
      const first = opened.find(({ began }) => began >= since);
      if (first !== undefined) return first.ended;
      await sleep(2);
    }
    throw new Error("nothing was reached within a minute");
  };
  const lastOpen = async (since: number): Promise<number> => {
    while (now() < since + LONG) {
      const last = opened.at(-1);
      if (now() > Math.max(since, last?.ended ?? 0) + QUIET) return Math.max(since, last?.began ?? 0);
      await sleep(20);
    }
    throw new Error("still open after a minute");
  };
  return {
    at: (address, port) => {
      opened = [];
      child.stdin.write(`${address} ${port}\n`);
    },
    rest: () => void child.stdin.write("\n"),
    firstOpen,
    lastOpen,
    opens: (since) => opened.filter(({ began }) => began >= since).length,
    stop: () => child.stdin.end(),
  };
}
