import { expect, test } from "vitest";
import { isEmptyPlan, planWrites } from "../../../src/kernel/plan.ts";
import { readKernel } from "../../../src/kernel/read.ts";
import { prefixSessionDoor, processSessionDoor } from "../../../src/kernel/session/session-door.ts";
import type { Variant } from "../../../src/kernel/variant.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { describeKernel } from "../support.ts";
import { peers, rule, ruleset, subjects } from "../unit/rulesets.ts";
import { type SessionRig, sessionRig } from "./tools.ts";

/** A class whose peers come and go, and whose rules change with `revision`; both families. */
const wantedOf = (members: number, revision: number): Ruleset => {
  const of = (family: 4 | 6, address: (i: number) => string) => ({
    sets: {
      [`SV${family}-G-a`]: peers(...Array.from({ length: members }, (_, i) => address(i))),
      [`SV${family}-ingress-${revision}`]: subjects(address(revision)),
    },
    chains: {
      "SELVEDGE-FORWARD": [rule(`-m set --match-set SV${family}-ingress-${revision} dst -j SV-C-a`)],
      "SV-C-a": [rule(`-m set --match-set SV${family}-G-a src -j RETURN`, `${revision}`), rule("-j DROP")],
    },
  });
  return ruleset(
    of(4, (i) => `10.0.${i >> 8}.${i & 255}`),
    of(6, (i) => `fd00::${(i + 1).toString(16)}`),
  );
};

/** Whether the kernel, read by other tools than those that wrote it, holds the ruleset and nothing else of ours. */
async function holds({ netns }: SessionRig, variant: Variant, wanted: Ruleset): Promise<boolean> {
  return isEmptyPlan(planWrites(await readKernel(netns.exec, variant), wanted));
}

const settled = (rig: SessionRig, variant: Variant, wanted: Ruleset): Promise<void> =>
  expect
    .poll(async () => {
      rig.kernel.recall();
      await rig.kernel.bring(wanted);
      return holds(rig, variant, wanted);
    })
    .toBe(true);

const writes = (rig: SessionRig): string[] =>
  rig.ran.map(({ command, args }) => [command, ...args].join(" ")).filter((line) => line.includes("restore"));

for (const variant of ["nft", "legacy"] as const) {
  describeKernel(`tools kept open (iptables-${variant})`, () => {
    test("write what processes write, and are opened once; a peer is a line for ipset and nothing for iptables", async () => {
      const rig = await sessionRig(variant);
      await rig.kernel.bring(wantedOf(3, 1));
      expect(await holds(rig, variant, wantedOf(3, 1))).toBe(true);
      const heard: string[] = [];
      rig.opened.length = 0;
      rig.ran.length = 0;
      for (const members of [4, 5, 6, 2, 3, 200, 1]) {
        const { plans, commands } = await rig.kernel.bring(wantedOf(members, 1));
        expect(plans.map(({ tables }) => tables.size)).toEqual([0]);
        expect(commands).toBe(1);
        heard.push(...plans.flatMap(({ setsBefore, setsAfter }) => [...setsBefore, ...setsAfter]));
      }
      expect(heard.every((line) => /^(?:add|del) /.test(line))).toBe(true);
      expect([rig.ran, rig.opened]).toEqual([[], []]);
      expect(await holds(rig, variant, wantedOf(1, 1))).toBe(true);
      for (const revision of [2, 3, 4]) await rig.kernel.bring(wantedOf(1, revision));
      await settled(rig, variant, wantedOf(1, 4));
      expect(writes(rig)).toEqual([]);
    });

    test("change nothing, and are not even opened, where nothing is to be written", async () => {
      const rig = await sessionRig(variant);
      await rig.kernel.bring(wantedOf(3, 1));
      await rig.kernel.close();
      rig.opened.length = 0;
      rig.kernel.recall();
      expect(await rig.kernel.bring(wantedOf(3, 1))).toMatchObject({ commands: 0, failures: [] });
      expect(rig.opened).toEqual([]);
    });

    test("are still there after a rest", async () => {
      const rig = await sessionRig(variant);
      await rig.kernel.bring(wantedOf(1, 1));
      // iptables-legacy forgets to disarm the alarm of `--wait 2`, which would end it now.
      await new Promise((resolve) => {
        setTimeout(resolve, 2_500);
      });
      const opened = rig.opened.length;
      expect((await rig.kernel.bring(wantedOf(2, 2))).sessionTrouble).toBeUndefined();
      expect(rig.opened).toHaveLength(opened);
    });

    test("lose nothing of another writer, however often both write", async () => {
      const rig = await sessionRig(variant);
      await rig.kernel.bring(wantedOf(1, 1));
      const rules = 60;
      const add = `for i in $(seq ${rules}); do iptables-${variant} -w 30 -t mangle -A FORWARD -s 10.9.9.$i -j ACCEPT; done`;
      const ended = new AbortController();
      const other = rig.netns.sh(add).finally(() => ended.abort());
      const outcomes = [];
      let revision = 1;
      while (!ended.signal.aborted) {
        revision += 1;
        outcomes.push(await rig.kernel.bring(wantedOf(1, revision)));
      }
      await other;
      expect(outcomes.flatMap(({ failures }) => failures)).toEqual([]);
      expect(outcomes.length).toBeGreaterThan(5);
      const saved = await rig.netns.sh(`iptables-${variant}-save -t mangle`);
      expect(saved.match(/^-A FORWARD -s 10\.9\.9\.\d+\/32 -j ACCEPT$/gm)).toHaveLength(rules);
      await settled(rig, variant, wantedOf(1, revision));
    });

    const troubles: Record<string, (rig: SessionRig) => Promise<unknown>> = {
      "ipset was killed": (rig) => rig.signal("ipset", "KILL"),
      "ipset stops answering": (rig) => rig.signal("ipset", "STOP"),
      "iptables-restore was killed": (rig) => rig.signal(`iptables-${variant}-restore`, "KILL"),
      "iptables-restore stops answering": (rig) => rig.signal(`ip6tables-${variant}-restore`, "STOP"),
      "a set is missing": (rig) =>
        rig.netns.sh(
          `iptables-${variant} -t mangle -F SV-C-a; ip6tables-${variant} -t mangle -F SV-C-a; sleep 0.1; ipset destroy SV4-G-a`,
        ),
      "a chain is missing": (rig) =>
        rig.netns.sh(`ip6tables-${variant} -t mangle -F; ip6tables-${variant} -t mangle -X`),
    };
    test.each(Object.keys(troubles))(
      "%s: all is read again and written by processes, then by sessions again",
      async (what) => {
        const rig = await sessionRig(variant, { tablePatienceMs: 1_000 });
        await rig.kernel.bring(wantedOf(3, 1));
        await troubles[what]?.(rig);
        const { failures, sessionTrouble } = await rig.kernel.bring(wantedOf(5, 2));
        expect(failures).toEqual([]);
        // A chain that is gone is made by the very line that empties it: no trouble at all, but what was left is not all.
        if (what !== "a chain is missing") {
          expect(sessionTrouble).toMatch(/^(?:ipset|ip6?tables-(?:nft|legacy)-restore): ./);
          await expect.poll(() => holds(rig, variant, wantedOf(5, 2))).toBe(true);
        }
        await settled(rig, variant, wantedOf(5, 2));
        rig.ran.length = 0;
        await expect
          .poll(async () => (await rig.kernel.bring(wantedOf(5 + rig.opened.length, 2))).sessionTrouble)
          .toBeUndefined();
        await rig.kernel.bring(wantedOf(6, 3));
        expect(writes(rig)).toEqual([]);
        await settled(rig, variant, wantedOf(6, 3));
      },
    );
  });
}

describeKernel("tools kept open, in mid-stream", () => {
  test("are killed among many lines: all lines are written in the end, each once", async () => {
    const rig = await sessionRig("nft");
    await rig.kernel.bring(wantedOf(1, 1));
    const bringing = rig.kernel.bring(wantedOf(400, 1));
    await rig.signal("ipset", "KILL");
    const { failures } = await bringing;
    expect(failures).toEqual([]);
    expect(await holds(rig, "nft", wantedOf(400, 1))).toBe(true);
  });

  test("meet a full set: it is said which, and the other family goes on", async () => {
    const rig = await sessionRig("nft");
    await rig.netns.sh("ipset create SV4-G-a hash:net family inet maxelem 2");
    // Else it would be known for one that others made, and made anew.
    rig.reword((saved) => saved.replace("maxelem 2 ", "maxelem 1048576 "));
    const { failures } = await rig.kernel.bring(wantedOf(3, 1));
    expect(failures).toEqual([
      { step: "fill sets", message: expect.stringMatching(/^SV4-G-a: Hash is full/) as string },
    ]);
    const { sets, tables } = await readKernel(rig.netns.exec, "nft");
    expect(sets.get("SV4-G-a")?.entries.size).toBe(2);
    expect(sets.get("SV6-G-a")?.entries.size).toBe(3);
    expect(tables.IPv4.chains.get("SV-C-a")).toHaveLength(2);
    // Room is made, and the next pass needs nothing else.
    expect((await rig.kernel.bring(wantedOf(2, 1))).failures).toEqual([]);
    expect((await readKernel(rig.netns.exec, "nft")).sets.get("SV4-G-a")?.entries.size).toBe(2);
    rig.kernel.recall();
    expect(await rig.kernel.bring(wantedOf(2, 1))).toMatchObject({ commands: 0, failures: [] });
  });

  const wrapped = (script: string) => (rig: SessionRig) =>
    prefixSessionDoor(processSessionDoor, ["sh", "-c", script, "sh", ...rig.netns.enter]);

  test.each([
    ["says garbage at first", wrapped('echo garbage; exec "$@"')],
    ["says garbage on the other pipe", wrapped('echo garbage >&2; exec "$@"')],
    ["says garbage in mid-stream", wrapped('{ sleep 0.3; echo garbage; } & exec "$@"')],
    ["is missing", () => prefixSessionDoor(processSessionDoor, ["no-such-program"])],
    ["ends at once", wrapped("exit 3")],
    ["does not know how to be kept open", wrapped("echo 'unknown option' >&2; exit 2")],
  ])("a tool that %s costs no write", async (_, door) => {
    const rig = await sessionRig("nft", { restMs: 600_000 });
    rig.disturb(door(rig));
    for (const revision of [1, 2, 3, 4]) {
      expect((await rig.kernel.bring(wantedOf(revision, revision))).failures).toEqual([]);
      await new Promise((resolve) => {
        setTimeout(resolve, 120);
      });
    }
    await settled(rig, "nft", wantedOf(4, 4));
    // They are left alone for as long as they rest.
    expect(rig.opened.length).toBeLessThanOrEqual(3);
  });
});
