import { expect, onTestFinished, test } from "vitest";
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import { nftablesBackend } from "../../../src/kernel/nftables/nftables-backend.ts";
import { type NftWitnessOptions, NftWitness } from "../../../src/kernel/nftables/nft-witness.ts";
import { NftSessions } from "../../../src/kernel/session/nft-sessions.ts";
import {
  type SessionDoor,
  prefixSessionDoor,
  processSessionDoor,
} from "../../../src/kernel/session/session-door.ts";
import type { Mark, Testimony } from "../../../src/kernel/witness.ts";
import { describeKernel } from "../support.ts";
import { nftRule, nftRuleset, setOfType } from "../unit/nft-rulesets.ts";
import { type NftRig, nftRig } from "./rig.ts";

const wantedOf = (round: number) =>
  nftRuleset(
    {
      sets: {
        "SV4-G-a": setOfType("hash:ip", "10.0.0.1", `10.0.1.${round}`),
        "SV4-N-a": setOfType("hash:net", "10.0.0.0/8"),
        "SV4-verdicts-ingress": setOfType("verdicts", "10.244.1.1 : goto SV-C-a"),
      },
      chains: {
        "SV-C-a": [nftRule("ip saddr @SV4-G-a counter return"), nftRule("counter drop", `${round}`)],
      },
    },
    { sets: { "SV6-G-a": setOfType("hash:ip", `fd00::${round}`) } },
  );

interface Watched {
  readonly rig: NftRig;
  readonly witness: NftWitness;
  readonly kernel: NodeKernel;
  /** The same, by a process for each write. */
  readonly byProcesses: NodeKernel;
  /** Has it written; with a mark from which the witness has seen all. */
  readonly seen: (kernel?: NodeKernel) => Promise<Mark | undefined>;
  /** How many writes of others were told. */
  readonly others: () => number;
  /** How many nft were started to watch. */
  readonly opened: () => number;
  readonly told: string[];
  readonly script: (lines: string) => Promise<string>;
  readonly signalMonitors: (signal: "KILL" | "STOP" | "CONT") => Promise<void>;
}

/** A node whose writes are watched. */
async function watched(
  options: NftWitnessOptions = {},
  before: "something" | "nothing yet" = "something",
): Promise<Watched> {
  const rig = await nftRig();
  const told: string[] = [];
  let others = 0;
  const door = prefixSessionDoor(processSessionDoor, rig.netns.enter);
  let opened = 0;
  const counted: SessionDoor = (request) => {
    opened += 1;
    return door(request);
  };
  const witness = new NftWitness(counted, {
    restMs: 20,
    onBlind: (why) => told.push(`blind: ${why}`),
    onSight: () => told.push("sight"),
    ...options,
  });
  witness.watch(() => (others += 1));
  const kernel = new NodeKernel(nftablesBackend(rig.exec, new NftSessions(door), witness));
  onTestFinished(() => kernel.close());
  const byProcesses = new NodeKernel(nftablesBackend(rig.exec, undefined, witness));
  let round = 0;
  const write = async (by: NodeKernel): Promise<void> => {
    round = (round % 200) + 1;
    by.recall();
    expect(await by.bring(wantedOf(round))).toMatchObject({ failures: [] });
  };
  const seen: Watched["seen"] = async (by = kernel) => {
    // Until it listens it sees nothing, and nobody tells when it does.
    await expect
      .poll(
        async () => {
          const [began, mark] = [performance.now(), witness.mark()];
          await write(by);
          // What it began to hear too late for is written once more.
          await expect
            .poll(
              () => {
                const testimony = witness.since(mark);
                return testimony.kind !== "undisturbed" || testimony.until >= Math.floor(began);
              },
              { timeout: 2_000 },
            )
            .toBe(true);
          return witness.since(mark).kind;
        },
        { timeout: 20_000 },
      )
      .toBe("undisturbed");
    return witness.mark();
  };
  const sh = (line: string, input?: string): Promise<string> => rig.netns.sh(line, input);
  if (before !== "nothing yet") await sh("nft add table ip other");
  return {
    rig,
    witness,
    kernel,
    byProcesses,
    seen,
    others: () => others,
    opened: () => opened,
    told,
    script: (lines) => sh("nft -f -", `${lines}\n`),
    signalMonitors: async (signal) => {
      await sh(`for p in $(ip netns pids ${rig.netns.enter[3]}); do
        if tr '\\0' ' ' < /proc/$p/cmdline | grep -q '^nft monitor'; then kill -${signal} $p; fi; done`);
    },
  };
}

/** What others do to our tables, each to what stands; `HANDLE` is that of the last rule of SV-C-a. */
const WRITES = [
  "add rule ip selvedge SV-C-a accept",
  "insert rule ip selvedge SV-C-a accept",
  "delete rule ip selvedge SV-C-a handle HANDLE",
  "replace rule ip selvedge SV-C-a handle HANDLE counter accept",
  "flush chain ip selvedge SV-C-a",
  "flush table ip selvedge",
  "add element ip selvedge SV4-G-a { 10.9.9.9 }",
  "delete element ip selvedge SV4-G-a { 10.0.0.1 }",
  // Of which a part can be read.
  "add chain ip other d; add element ip selvedge SV4-G-a { 10.9.9.8 }",
  "delete element ip selvedge SV4-N-a { 10.0.0.0/8 }",
  "add element ip selvedge SV4-N-a { 224.0.0.0/3 }",
  "delete element ip selvedge SV4-verdicts-ingress { 10.244.1.1 }",
  "add element ip6 selvedge SV6-G-a { fd00::9 }",
  "flush set ip selvedge SV4-G-a",
  "add set ip selvedge theirs { type ipv4_addr; }",
  "add map ip6 selvedge theirs { type ipv6_addr : verdict; }",
  "delete set ip6 selvedge SV6-G-a",
  "add chain ip selvedge theirs",
  "rename chain ip selvedge SV-C-a theirs",
  "add counter ip selvedge theirs",
  "delete table ip6 selvedge",
  "flush ruleset",
  "add table ip selvedge { flags dormant; }",
  "add chain ip selvedge FORWARD { type filter hook forward priority mangle; policy drop; }",
  "add chain ip selvedge SV-BY-0123456789abcdef-1; delete chain ip selvedge SV-BY-0123456789abcdef-1",
] as const;

/** What others do elsewhere. */
const ELSEWHERE = [
  'add chain ip other c; add rule ip other c accept comment "add rule ip selvedge SV-C-a"',
  "flush chain ip other c",
  "add table inet selvedge; add chain inet selvedge FORWARD",
  "add set ip other s { type ipv4_addr; flags interval; }; add element ip other s { 10.0.0.0/8, 192.0.2.1 }",
  "delete element ip other s { 10.0.0.0/8 }",
  "add table ip selvedge-too { flags dormant; }",
] as const;

describeKernel("a witness of who writes to nftables", () => {
  test(
    "holds none of our own writes for others', by whatever they are written",
    { timeout: 60_000 },
    async () => {
      const { seen, witness, kernel, byProcesses, others, told } = await watched();
      const mark = await seen();
      for (let i = 0; i < 5; i += 1) {
        await seen(kernel);
        await seen(byProcesses);
      }
      expect(witness.since(mark).kind).toBe("undisturbed");
      expect([others(), told]).toEqual([0, []]);
    },
  );

  test("knows when it listens, before anybody has written", { timeout: 60_000 }, async () => {
    const { witness, kernel, script } = await watched({}, "nothing yet");
    await expect.poll(() => witness.mark()).toBeDefined();
    const mark = witness.mark();
    const began = performance.now();
    await kernel.bring(wantedOf(1));
    await expect
      .poll(() => witness.since(mark))
      .toSatisfy((told: Testimony) => told.kind === "undisturbed" && told.until >= Math.floor(began));
    await script("add element ip selvedge SV4-G-a { 10.9.9.9 }");
    await expect.poll(() => witness.since(mark).kind).toBe("disturbed");
  });

  test("leaves nothing behind", { timeout: 60_000 }, async () => {
    const { seen, rig } = await watched();
    await seen();
    expect(await rig.netns.sh("nft list ruleset")).not.toContain("SV-BY");
  });

  test("sees whatever others do to our tables", { timeout: 120_000 }, async () => {
    const { seen, script, witness, rig, others } = await watched();
    let count = 0;
    for (const write of WRITES) {
      const mark = await seen();
      const listed = await rig.netns.sh("nft -a list chain ip selvedge SV-C-a");
      const [handle = ""] = listed.match(/(?<=handle )\d+/g)?.slice(-1) ?? [];
      await script(write.replace("HANDLE", handle));
      await expect.poll(() => witness.since(mark).kind, { message: write }).toBe("disturbed");
      count += 1;
      expect(others(), write).toBe(count);
      // Writes of ours that follow do not make up for it.
      await seen();
      expect(witness.since(mark).kind, write).toBe("disturbed");
    }
  });

  test("does not mind what others do elsewhere", { timeout: 60_000 }, async () => {
    const { seen, script, rig, witness, others } = await watched();
    const mark = await seen();
    for (const write of ELSEWHERE) await script(write);
    await rig.netns.sh("iptables-nft -t mangle -A FORWARD -m comment --comment 'ip selvedge' -j ACCEPT");
    await seen();
    expect(witness.since(mark).kind).toBe("undisturbed");
    expect(others()).toBe(0);
  });

  test("holds for ours what cannot be read, and has that read by another", { timeout: 60_000 }, async () => {
    const { seen, script, witness, others } = await watched();
    await script(
      "add set ip other s { type ipv4_addr; }; add chain ip other c; add rule ip other c ip saddr @s drop",
    );
    await seen();
    // nft forgets the set that the rule named.
    await script("flush chain ip other c");
    const mark = await seen();
    await script("add element ip other s { 192.0.2.1 }");
    await expect.poll(() => witness.since(mark).kind).toBe("disturbed");
    let i = 2;
    await expect
      .poll(async () => {
        const [before] = [others(), await seen()];
        await script(`add element ip other s { 192.0.2.${(i += 1)} }`);
        await seen();
        return others() - before;
      })
      .toBe(0);
  });

  test("tells nothing of a time in which it was dead, and sees again", { timeout: 60_000 }, async () => {
    const { seen, script, witness, told, signalMonitors } = await watched();
    for (let i = 1; i <= 2; i += 1) {
      const mark = await seen();
      await signalMonitors("KILL");
      await expect.poll(() => told.length).toBe(2 * i - 1);
      await script("add element ip selvedge SV4-G-a { 10.9.9.9 }");
      expect(witness.since(mark)).toEqual({ kind: "blind" });
      const after = await seen();
      expect(witness.since(mark)).toEqual({ kind: "blind" });
      await script("delete element ip selvedge SV4-G-a { 10.0.0.1 }");
      await expect.poll(() => witness.since(after).kind).toBe("disturbed");
    }
    expect(told).toEqual(["blind", "sight", "blind", "sight"].map((word) => expect.stringContaining(word)));
  });

  test(
    "tells nothing across what the kernel could not hand over, and sees again",
    { timeout: 300_000 },
    async () => {
      const { seen, script, witness, opened, signalMonitors } = await watched();
      const mark = await seen();
      await signalMonitors("STOP");
      // Of a table that is none of ours, and more than the kernel keeps for one that does not fetch it.
      const rule = `add rule ip other c ${"ip saddr != 192.0.2.1 ".repeat(12)}drop\n`;
      await script(`add chain ip other c\n${rule.repeat(30_000)}`);
      await script("add element ip selvedge SV4-G-a { 10.9.9.9 }");
      await signalMonitors("CONT");
      await expect.poll(() => witness.since(mark).kind, { timeout: 90_000 }).toBe("blind");
      expect(witness.mark()).toBeUndefined();
      const after = await seen();
      await seen();
      expect([witness.since(mark).kind, witness.since(after).kind, opened()]).toEqual([
        "blind",
        "undisturbed",
        1,
      ]);
      await script("delete element ip selvedge SV4-G-a { 10.0.0.1 }");
      await expect.poll(() => witness.since(after).kind).toBe("disturbed");
    },
  );

  test("is relieved in time by another, and misses nothing meanwhile", { timeout: 120_000 }, async () => {
    const { seen, script, witness, opened, told } = await watched({ lifetime: 3 });
    const began = await seen();
    for (let i = 0; i < 15; i += 1) await seen();
    expect(opened()).toBeGreaterThan(3);
    expect(witness.since(began).kind).toBe("undisturbed");
    for (let i = 0; i < 10; i += 1) {
      const mark = await seen();
      await script(`add element ip selvedge SV4-G-a { 10.9.9.${i} }`);
      await expect.poll(() => witness.since(mark).kind).toBe("disturbed");
    }
    expect(witness.since(began).kind).toBe("disturbed");
    expect(told).toEqual([]);
  });

  test("that cannot be had says so once, and stops nothing", { timeout: 60_000 }, async () => {
    const told: string[] = [];
    const rig = await nftRig();
    const door = prefixSessionDoor(processSessionDoor, [
      ...rig.netns.enter,
      "sh",
      "-c",
      "echo no permission >&2; exit 1",
    ]);
    const witness = new NftWitness(door, { restMs: 1, onBlind: (why) => told.push(why) });
    witness.watch(() => undefined);
    onTestFinished(() => witness.close());
    const kernel = new NodeKernel(nftablesBackend(rig.exec, undefined, witness));
    await expect.poll(() => told).toEqual(["nft monitor: no permission"]);
    for (let i = 1; i < 5; i += 1) expect(await kernel.bring(wantedOf(i))).toMatchObject({ failures: [] });
    await kernel.look();
    expect([told.length, witness.mark()]).toEqual([1, undefined]);
  });
});
