import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { execOrThrow, processExec } from "../../src/kernel/exec.ts";
import { Stream, type StreamEnd } from "../../src/lab/prober/stream.ts";
import { must } from "../support/must.ts";
import { type OwnNetns, ownNetns } from "../kernel/own-netns.ts";
import { describeKernel } from "../kernel/support.ts";

const nameOf = ({ enter }: OwnNetns): string => must(enter[3]);

/** Two ends with a wire between them. */
async function ends(): Promise<readonly { readonly netns: OwnNetns; readonly end: StreamEnd }[]> {
  const made = [await ownNetns(), await ownNetns()] as const;
  onTestFinished(async () => {
    for (const netns of made) await netns.remove();
  });
  await made[0].sh(`ip link add wire type veth peer name wire netns ${nameOf(made[1])}`);
  return Promise.all(
    made.map(async (netns, i) => {
      const addresses = { v4: `192.0.2.${i + 1}`, v6: `2001:db8::${i + 1}` };
      await netns.sh(
        `ip address add ${addresses.v4}/24 dev wire; ip address add ${addresses.v6}/64 dev wire nodad; ip link set wire up`,
      );
      return { netns, end: { name: `end${i}`, addresses, netnsPath: `/run/netns/${nameOf(netns)}` } };
    }),
  );
}

describeKernel("a stream of new connections", () => {
  test("is counted to the last once it is silent, however late an end comes to count", async () => {
    const pair = await ends();
    const folder = await mkdtemp(join(tmpdir(), "selvedge-stream-"));
    const stream = await Stream.start({
      lab: "stream-test",
      rate: 600,
      windowFile: join(folder, "window"),
      ends: pair.map(({ end }) => end),
      isSent: () => true,
    });
    onTestFinished(async () => {
      await stream.close();
      await rm(folder, { recursive: true });
    });
    const received = (window: number): number[] =>
      stream
        .counts()
        .filter((count) => count.window === window)
        .map((count) => count.received);
    // In it neighbours are found: two ends, two protocols, two families.
    await stream.window(1);
    await expect.poll(() => received(1).filter((count) => count > 0).length).toBe(8);
    const late = must(pair[1]).netns;
    const pids = await execOrThrow(processExec, { command: "ip", args: ["netns", "pids", nameOf(late)] });
    const signal = (name: NodeJS.Signals): void => {
      for (const pid of pids.trim().split("\n")) process.kill(Number(pid), name);
    };
    onTestFinished(() => signal("SIGCONT"));
    await stream.window(2);
    await expect.poll(() => received(2).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(100);
    // It says that it sends no more, and stands still with what is to come in.
    await stream.window(0);
    signal("SIGSTOP");
    const counted = stream.silence().then(() => stream.counts());
    await sleep(1_000);
    signal("SIGCONT");
    const second = (await counted).filter(({ window }) => window === 2);
    expect(second).toHaveLength(8);
    expect(second.filter((count) => count.received !== count.sent)).toEqual([]);
  });
});
