import * as fc from "fast-check";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { compile } from "../../../src/core/compile.ts";
import { livePods } from "../../../src/core/live-pods.ts";
import { nodeProgram } from "../../../src/core/node-program.ts";
import type { IngressRule } from "../../../src/core/network-policy.ts";
import { CounterReader } from "../../../src/daemon/metrics/counter-reader.ts";
import { CounterSums, meaningAmong } from "../../../src/daemon/metrics/counter-sums.ts";
import {
  type CountedRule,
  countedNftRules,
  parseCountedRules,
} from "../../../src/kernel/counters/counted-rule.ts";
import { ruleMeaning } from "../../../src/kernel/counters/rule-meaning.ts";
import { renderIptables } from "../../../src/render/iptables.ts";
import { renderNftables } from "../../../src/render/nftables/nftables.ts";
import { cluster, pod, policy } from "../../support/scenario.ts";

const CHAIN = "SV-C-x";
const counted = (packets: number, chain = CHAIN): CountedRule[] =>
  parseCountedRules(
    `[${packets}:0] -A ${chain} -m comment --comment "shop/web ingress[0] #aaaaaaaaaa" -j RETURN\n` +
      `[${packets}:0] -A ${chain} -m comment --comment "ingress isolated by shop/deny, shop/web #bbbbbbbbbb" -j DROP`,
  );
const take = (sums: CounterSums, packets: number): void =>
  sums.take({ IPv4: counted(packets), IPv6: [] }, ruleMeaning);
const sumOf = (sums: CounterSums): number | undefined => sums.rules.get("shop/web ingress[0]")?.packets;

describe("sums of counters", () => {
  test("go on where chains are written anew, whatever the numbers", () => {
    const step = fc.record({ more: fc.nat(9), isRewritten: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const sums = new CounterSums();
        let kernel = 0;
        let seen = 0;
        for (const { more, isRewritten } of steps) {
          if (isRewritten) {
            kernel = 0;
            sums.restart("IPv4", CHAIN);
          }
          kernel += more;
          seen += more;
          take(sums, kernel);
          expect(sumOf(sums)).toBe(seen);
          expect(sums.denied.get("shop/deny ingress")?.packets).toBe(seen);
        }
      }),
    );
  });

  test("take a counter that fell without word for one that began again", () => {
    const sums = new CounterSums();
    for (const packets of [5, 2, 3]) take(sums, packets);
    expect(sumOf(sums)).toBe(8);
  });

  test("add up both families and all classes", () => {
    const sums = new CounterSums();
    sums.take({ IPv4: [...counted(1), ...counted(2, "SV-C-y")], IPv6: counted(4) }, ruleMeaning);
    expect(sumOf(sums)).toBe(7);
    expect(sums.denied.get("shop/web ingress")?.packets).toBe(7);
  });

  test("are kept for the policies and rules that the cluster has", () => {
    const sums = new CounterSums();
    take(sums, 5);
    const closed = policy({ podSelector: {} }, "web");
    sums.retain(compile(cluster([closed])));
    expect([...sums.rules.keys(), ...sums.denied.keys()]).toEqual(["shop/web ingress"]);
    sums.retain(compile(cluster([])));
    expect(sums.denied.size).toBe(0);
  });
});

describe("names that a comment had no room for", () => {
  const names = Array.from({ length: 30 }, (_, i) => `${"long-".repeat(45)}${i}`);
  const pods = [pod("shop/web", { ips: ["10.0.0.1"] })];
  const localTo = (ingress: readonly IngressRule[]) => {
    const asked = cluster(
      names.map((name) => policy({ podSelector: {}, ingress }, name)),
      { pods },
    );
    return nodeProgram(compile(asked), "n1", livePods(pods));
  };
  const local = localTo([{}]);

  test("are known from the node's own classes", () => {
    const text = [...renderIptables(local).IPv4.chains]
      .flatMap(([chain, rules]) => rules.map((rule) => `[1:1] -A ${chain} ${rule}`))
      .join("\n");
    const sums = new CounterSums();
    sums.take({ IPv4: parseCountedRules(text), IPv6: [] }, meaningAmong(local.classes));
    expect([...sums.denied.values()].map((each) => each.policy).toSorted()).toEqual(
      names.map((name) => `shop/${name}`).toSorted(),
    );
    // Rules whose names begin alike for 240 characters are told apart by nobody: one of them has it all.
    expect([...sums.rules.values()].reduce((sum, { packets }) => sum + packets, 0)).toBe(30);
  });

  test.each([
    ["in a class's only chain", [{}], 1],
    ["in chains for ports", [{ ports: [{ port: 80 }, { port: 443 }] }], 2],
  ])("are known all of them with nftables, by the digests of the whole comments, %s", (_, ingress, times) => {
    const local = localTo(ingress);
    const chains = [...renderNftables(local).IPv4.chains].map(([name, rules]) => ({
      name,
      declaration: undefined,
      rules: rules.map((rule) => rule.replace(/\bcounter\b/, "counter packets 1 bytes 60")),
    }));
    const sums = new CounterSums();
    const counted = countedNftRules({ flags: [], sets: [], chains });
    sums.take({ IPv4: counted, IPv6: [] }, meaningAmong(local.classes));
    const each = (suffix: string, packets: number) =>
      names.map((name): [string, number] => [`shop/${name} ingress${suffix}`, packets]);
    expect(new Map([...sums.rules].map(([key, { packets }]) => [key, packets]))).toEqual(
      new Map(each("[0]", times)),
    );
    expect(new Map([...sums.denied].map(([key, { packets }]) => [key, packets]))).toEqual(
      new Map(each("", 1)),
    );
  });
});

describe("the reader of counters", () => {
  const pods = [pod("shop/web", { ips: ["10.0.0.1"] })];
  const program = compile(
    cluster([policy({ podSelector: {}, ingress: [{}] }, "web"), policy({ podSelector: {} }, "deny")], {
      pods,
    }),
  );
  const local = nodeProgram(program, "n1", livePods(pods));
  const ruleset = renderIptables(local);
  const pass = {
    program,
    pods,
    nodes: [],
    local,
    ruleset,
    milliseconds: 1,
    gate: { kind: "on", podCidrs: [] } as const,
    outcome: { plans: [], commands: 0, failures: [] },
  };

  test("throws away what it read while rules were written, and reads again", async () => {
    let reads = 0;
    const reader: CounterReader = new CounterReader(() => {
      reads += 1;
      if (reads === 1) {
        reader.observer.passing?.();
        reader.observer.passed?.(pass);
      }
      return Promise.resolve({ IPv4: counted(reads === 1 ? 100 : 3), IPv6: [] });
    });
    reader.observer.passed?.(pass);
    await Promise.all([reader.refresh(), reader.refresh()]);
    expect([reads, sumOf(reader.sums)]).toEqual([2, 3]);
    // Young enough for whoever asks next.
    await reader.refresh();
    expect(reads).toBe(2);
  });

  test("reads by itself now and then, and seldom where a reading takes long", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const stop = new AbortController();
    const began: number[] = [];
    const readsFor = [0, 0, 2_000, 0];
    const first = performance.now();
    const reader = new CounterReader(async () => {
      // A timer of no time takes a millisecond.
      began.push(Math.floor((performance.now() - first) / 100) * 100);
      await new Promise((resolve) => {
        setTimeout(resolve, readsFor[began.length - 1] ?? 0);
      });
      return { IPv4: counted(began.length), IPv6: [] };
    });
    reader.observer.passed?.(pass);
    reader.start(stop.signal);
    await vi.advanceTimersByTimeAsync(85_000);
    expect(began).toEqual([10_000, 20_000, 30_000, 72_000, 82_000]);
    stop.abort();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(began).toHaveLength(5);
  });

  test("leaves a kernel be that could not be read for long, whoever asks", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let reads = 0;
    const reader = new CounterReader(async () => {
      reads += 1;
      await new Promise((resolve) => {
        setTimeout(resolve, reads === 1 ? 10_000 : 0);
      });
      if (reads === 1) throw new Error("no answer");
      return { IPv4: counted(3), IPv6: [] };
    });
    reader.observer.passed?.(pass);
    const ask = async (): Promise<string> => {
      const asked = reader.refresh().then(
        () => "told",
        () => "failed",
      );
      await vi.advanceTimersByTimeAsync(10_000);
      return asked;
    };
    expect([await ask(), reads, sumOf(reader.sums)]).toEqual(["failed", 1, undefined]);
    for (let i = 0; i < 4; i += 1) expect([await ask(), reads]).toEqual(["told", 1]);
    expect([await ask(), reads, sumOf(reader.sums)]).toEqual(["told", 2, 3]);
  });

  test("tells of nothing before the first pass, and fails where the kernel cannot be read", async () => {
    const early = new CounterReader(() => Promise.resolve({ IPv4: counted(1), IPv6: [] }));
    await early.refresh();
    expect(early.sums.rules.size).toBe(0);
    const reader = new CounterReader(() => Promise.reject(new Error("no iptables")));
    await expect(reader.refresh()).rejects.toThrow("no iptables");
  });
});
