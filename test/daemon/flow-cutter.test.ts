import { setImmediate } from "node:timers/promises";
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Pod } from "../../src/core/cluster.ts";
import { compile } from "../../src/core/compile.ts";
import { livePods } from "../../src/core/live-pods.ts";
import { FlowCutter, type Judges } from "../../src/daemon/flow-cutter.ts";
import type { Exec, ExecResult } from "../../src/kernel/exec.ts";
import { cluster, pod, policy } from "../support/scenario.ts";
import { PATIENCE, isolatedIn, onlyFront, pod as podObject, rig } from "./fixture.ts";

const here = pod("shop/web", { ips: ["10.0.0.1"], node: "n1" });
const open: Judges = judgesOf([here], false);
const closed: Judges = judgesOf([here], true);

function judgesOf(pods: readonly Pod[], isClosed: boolean): Judges {
  const policies = isClosed ? [policy({ podSelector: {}, policyTypes: ["Ingress"] })] : [];
  const whole = cluster(policies, { pods });
  const live = livePods(whole.pods);
  return { program: compile(whole), pods: live, ownPods: live, nodes: [] };
}

const line = (from: string, to: string): string =>
  `tcp 6 9 ESTABLISHED src=${from} dst=${to} sport=9 dport=80 src=${to} dst=${from} sport=80 dport=9 use=1`;

const ok = (stdout = ""): ExecResult => ({ code: 0, stdout, stderr: "" });

/** A cutter whose listings of flows end when the test lets them, and what it cut. */
function cutter() {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const listings: ((stdout: string) => void)[] = [];
  const cut: string[] = [];
  const exec: Exec = ({ command, args, input = "" }) => {
    if (command === "sh") {
      cut.push(...input.trim().split("\n"));
      return Promise.resolve(ok());
    }
    if (args.includes("ipv6")) return Promise.resolve(ok());
    return new Promise((resolve) => {
      listings.push((stdout) => resolve(ok(stdout)));
    });
  };
  const flows = new FlowCutter({
    node: "n1",
    exec,
    log: pino({ level: "silent" }),
    signal: stop.signal,
    onCut: () => undefined,
  });
  const listing = (nth: number): Promise<(stdout: string) => void> =>
    expect
      .poll(() => listings[nth], PATIENCE)
      .toBeDefined()
      .then(() => listings[nth] ?? (() => undefined));
  return { flows, listings, listing, cut, stop };
}

describe("cutting flows", () => {
  test("takes changes that come while it looks together, and follows them", async () => {
    const { flows, listing, listings, cut } = cutter();
    flows.follow(open, true);
    const end = await listing(0);
    for (let i = 0; i < 5; i += 1) flows.follow(closed, true);
    end("");
    (await listing(1))(line("9.9.9.9", "10.0.0.1"));
    await expect.poll(() => cut, PATIENCE).toHaveLength(1);
    expect(listings).toHaveLength(2);
  });

  test("judges by what stands when the listing ends", async () => {
    const { flows, listing, cut } = cutter();
    flows.follow(closed, true);
    const end = await listing(0);
    flows.follow(open, true);
    end(line("9.9.9.9", "10.0.0.1"));
    (await listing(1))(line("9.9.9.9", "10.0.0.1"));
    await flows.idle();
    expect(cut).toEqual([]);
  });

  test("spares what a pass that writes now may have let begin already", async () => {
    const { flows, listing, cut } = cutter();
    flows.follow(closed, true);
    const end = await listing(0);
    flows.expect(open);
    end(line("9.9.9.9", "10.0.0.1"));
    await setImmediate();
    flows.follow(open, true);
    (await listing(1))("");
    await flows.idle();
    expect(cut).toEqual([]);
  });

  test("looks for nothing where nothing has changed; a pod that goes is a change", async () => {
    const { flows, listing, listings, cut } = cutter();
    flows.follow(open, false);
    await flows.idle();
    expect(listings).toHaveLength(0);
    flows.follow(judgesOf([], false), false);
    (await listing(0))([line("9.9.9.9", "10.0.0.1"), line("9.9.9.9", "10.0.0.2")].join("\n"));
    await expect.poll(() => cut, PATIENCE).toEqual([expect.stringContaining("10.0.0.1")]);
  });

  test("looks for nothing where a pod has other labels, and for the flows of one that is made anew with its address", async () => {
    const { flows, listing, listings, cut } = cutter();
    flows.follow(open, false);
    flows.follow(judgesOf([{ ...here, labels: { app: "other" } }], false), false);
    await flows.idle();
    expect(listings).toHaveLength(0);
    flows.follow(judgesOf([{ ...here, createdAt: here.createdAt + 1 }], false), false);
    (await listing(0))(line("9.9.9.9", "10.0.0.1"));
    await expect.poll(() => cut, PATIENCE).toHaveLength(1);
  });

  test("of an address whose pod goes while it looks is done when it looks again", async () => {
    const { flows, listing, cut } = cutter();
    flows.follow(open, true);
    const end = await listing(0);
    flows.follow(judgesOf([], false), false);
    end("");
    (await listing(1))(line("9.9.9.9", "10.0.0.1"));
    await expect.poll(() => cut, PATIENCE).toHaveLength(1);
  });
});

test("a pass does not wait for conntrack, however long that takes", async () => {
  const made = await rig();
  made.api.seed(podObject("web", "10.244.1.1"));
  made.api.seed(onlyFront);
  const listings: string[] = [];
  const held = Promise.withResolvers<ExecResult>();
  made.start({
    exec: (request) => {
      if (request.command !== "conntrack") return made.programs.exec(request);
      listings.push(request.args.join(" "));
      return held.promise;
    },
  });
  onTestFinished(() => held.resolve(ok()));
  await expect.poll(() => isolatedIn(made.kernel), PATIENCE).toEqual(["10.244.1.1"]);
  await expect.poll(() => listings.length, PATIENCE).toBeGreaterThan(0);
  made.api.seed(podObject("late", "10.244.1.2"));
  await expect.poll(() => isolatedIn(made.kernel), PATIENCE).toEqual(["10.244.1.1", "10.244.1.2"]);
});
