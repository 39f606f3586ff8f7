import { setTimeout as sleep } from "node:timers/promises";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SessionTrouble } from "../../../src/kernel/session/acknowledged-session.ts";
import { prefixSessionDoor, processSessionDoor } from "../../../src/kernel/session/session-door.ts";
import { must } from "../../support/must.ts";
import { SEARCH_TIMEOUT, scale, seedOf } from "../../support/search-settings.ts";
import { describeKernel } from "../support.ts";
import { type NftRig, SETS, TABLES, nftPids, nftRig } from "./nft-rig.ts";

const both = (verb: "add" | "delete", address: string): string =>
  `${verb} element ip selvedge A { ${address} }\n${verb} element ip selvedge B { ${address} }\n`;

/** Commands about few things, so that many of them are refused, each at its own stage: by words, by nft, by the kernel. */
const anyCommand = fc
  .record({
    family: fc.constantFrom("ip", "ip6"),
    name: fc.constantFrom("a", "b"),
    i: fc.nat(3),
    kind: fc.constantFrom(
      ...([
        "set",
        "net",
        "map",
        "chain",
        "rule",
        "jump",
        "vmap",
        "flush",
        "gone",
        "unset",
        "drop",
        "in",
        "out",
        "rubbish",
      ] as const),
    ),
  })
  .map(({ family, name, i, kind }) => {
    const type = family === "ip" ? "ipv4_addr" : "ipv6_addr";
    const address = family === "ip" ? `10.0.0.${i}` : `fd00::${i}`;
    const at = `${family} selvedge`;
    const commands = {
      set: `add set ${at} S-${name} { type ${type}; }`,
      net: `add set ${at} N-${name} { type ${type}; flags interval; }`,
      map: `add map ${at} M { type ${type} : verdict; }`,
      chain: `add chain ${at} C-${name}`,
      rule: `add rule ${at} C-${name} tcp dport { 80, ${i + 1000} } ${family} saddr @S-${name} counter drop comment "x; {y #abcdefghij"`,
      jump: `add rule ${at} C-a goto C-${name}`,
      vmap: `add element ${at} M { ${address} : goto C-${name} }`,
      flush: `flush chain ${at} C-${name}`,
      gone: `delete chain ${at} C-${name}`,
      unset: `delete set ${at} S-${name}`,
      drop: `add table ${at}; delete table ${at}; add table ${at}`,
      in: `add element ${at} ${i % 2 === 0 ? "S" : "N"}-${name} { ${address} }`,
      out: `delete element ${at} ${i % 2 === 0 ? "S" : "N"}-${name} { ${address} }`,
      rubbish: `add elephant ${at} ${name}`,
    };
    return commands[kind];
  });

describeKernel("nft, kept open", () => {
  test(
    "does what a process does, and refuses what that refuses, though others write in between",
    { timeout: SEARCH_TIMEOUT },
    async () => {
      const kept = await nftRig();
      const process = await nftRig();
      const write = fc.record({
        script: fc.array(anyCommand, { minLength: 1, maxLength: 6 }),
        byOther: fc.boolean(),
      });
      let refused = 0;
      let done = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(write, { maxLength: 12 }), async (writes) => {
          for (const rig of [kept, process]) await rig.other(`flush ruleset\n${TABLES}`);
          for (const { script, byOther } of writes) {
            const text = `${script.join("\n")}\n`;
            const said = await process.other(text);
            const mine = byOther
              ? await kept.other(text)
              : await kept.write(text).catch((trouble: unknown) => trouble);
            expect(mine === undefined, `${text}\n${String(mine)}\n${said}`).toBe(said === undefined);
            if (!byOther && mine !== undefined) {
              expect(mine).toBeInstanceOf(SessionTrouble);
              refused += 1;
              await kept.sessions.close();
            } else done += 1;
            expect(await kept.listing()).toBe(await process.listing());
          }
        }),
        { numRuns: Math.ceil(12 * scale), seed: seedOf() },
      );
      expect(kept.byProcess).toEqual([]);
      expect([refused > 0, done > 0]).toEqual([true, true]);
    },
  );

  test("is opened once, and knows of what others made of the table since the last write", async () => {
    const rig = await nftRig();
    await rig.write(SETS);
    for (let i = 0; i < 20; i += 1) {
      await rig.write(both("add", `10.0.1.${i}`));
      await rig.other(
        `delete element ip selvedge A { 10.0.1.${i} }\nadd element ip selvedge B { 10.0.2.${i} }\n`,
      );
      await rig.write(`add element ip selvedge A { 10.0.1.${i} }\n${both("delete", `10.0.1.${i}`)}`);
      // Made again, with a set that has taken another's name.
      await rig.other("delete table ip selvedge\n");
      await rig.other(`${TABLES}add set ip selvedge A { type ipv4_addr . inet_service; }\n`);
      await rig.write("add element ip selvedge A { 10.0.0.1 . 80 }\n");
      expect(await rig.listing()).toContain("elements = { 10.0.0.1 . 80 }");
      await rig.other("delete table ip selvedge\n");
      await rig.write(SETS);
    }
    expect([rig.opened(), rig.byProcess]).toEqual([1, []]);
  });

  test("writes beside one that writes all the time", { timeout: 60_000 }, async () => {
    const rig = await nftRig();
    await rig.write(SETS);
    await rig.other("add table ip other\nadd set ip other A { type ipv4_addr; }\n");
    const over = new AbortController();
    const others = Promise.all(
      [1, 2].map(async (lane) => {
        let i = 0;
        for (; !over.signal.aborted; i += 1)
          expect(
            await rig.other(`add element ip other A { 10.${lane}.${i >> 8}.${i & 255} }\n`),
          ).toBeUndefined();
        return i;
      }),
    );
    for (let i = 0; i < 200; i += 1) await rig.write(both("add", `10.0.0.${i}`));
    over.abort();
    const written = (await others).reduce((sum, i) => sum + i, 0);
    const listing = await rig.listing();
    expect(listing.match(/\b10\.0\.0\.\d+/g)).toHaveLength(400);
    expect(listing.match(/\b10\.[12]\.\d+\.\d+/g)).toHaveLength(written);
    expect([rig.opened(), rig.byProcess]).toEqual([1, []]);
  });

  test("says in few words what it was refused, of which nothing stands", async () => {
    const rig = await nftRig();
    await rig.write(SETS);
    const before = await rig.listing();
    const script = `${both("add", "10.0.0.1")}add rule ip selvedge nowhere drop comment "a; b"\n${both("add", "10.0.0.2")}`;
    await expect(rig.write(script)).rejects.toThrow(
      /^nft: Error: [^\n]*No such file or directory[^\n]*: add rule ip selvedge nowhere drop comment "a; b"$/,
    );
    expect(await rig.listing()).toBe(before);
  });

  const troubles: Record<string, (rig: NftRig) => Promise<unknown> | void> = {
    "was killed": (rig) => rig.signal("KILL"),
    "does not answer": (rig) => rig.signal("STOP"),
    "has ended": (rig) =>
      rig.netns.sh(`kill -TERM $(ip netns pids ${must(rig.netns.enter[3])} | head -1) || true`),
  };
  test.each(Object.keys(troubles))(
    "that %s is trouble, left be for a rest, and opened again",
    async (what) => {
      // Long enough for a busy machine to write once before it is over.
      const rig = await nftRig({ patienceMs: 1_000, restMs: 1_500 });
      await rig.write(SETS);
      await troubles[what]?.(rig);
      await expect(rig.write(both("add", "10.0.0.1"))).rejects.toThrow(SessionTrouble);
      await rig.sessions.rest();
      expect(await nftPids(rig.netns)).toEqual([]);
      await rig.write(both("add", "10.0.0.2"));
      expect([rig.opened(), rig.byProcess.length]).toEqual([1, 1]);
      await expect
        .poll(async () => {
          await rig.write(both("add", "10.0.0.3"));
          return rig.opened();
        })
        .toBe(2);
      expect(await rig.listing()).toContain("10.0.0.2, 10.0.0.3 }");
    },
  );

  const wrapped = (script: string) => (rig: NftRig) =>
    prefixSessionDoor(processSessionDoor, ["sh", "-c", script, "sh", ...rig.netns.enter]);
  test.each([
    ["says something at first", wrapped('echo garbage >&2; exec "$@"')],
    ["says something in mid-stream", wrapped('{ sleep 0.1; echo garbage >&2; } & exec "$@"')],
    ["is missing", () => prefixSessionDoor(processSessionDoor, ["no-such-program"])],
    ["cannot be kept open", wrapped("echo 'this binary was built without an interactive shell' >&2; exit 1")],
  ])("that %s is trouble", async (_, door) => {
    const rig = await nftRig();
    rig.disturb(door(rig));
    await expect(
      (async () => {
        for (let i = 0; i < 5; i += 1) {
          await rig.write(TABLES);
          await sleep(100);
        }
      })(),
    ).rejects.toThrow(/^nft: .*(?:garbage|no-such-program|interactive)/);
  });

  test("is given no long transaction, and none that is no line; and makes room for another in time", async () => {
    const rig = await nftRig({ lifetime: 20_000 });
    const members = (count: number): string =>
      `add element ip selvedge A { ${Array.from({ length: count }, (__, i) => `10.7.${i >> 8}.${i & 255}`).join(", ")} }\n`;
    const scripts = [SETS, members(1_000), members(2_000), "# a remark\nadd table ip b\n", members(1_010)];
    for (const script of scripts) expect(await rig.write(script)).toBeUndefined();
    expect(rig.byProcess).toEqual([scripts[2], scripts[3]]);
    expect(rig.opened()).toBe(1);
    await rig.write(both("add", "10.0.0.1"));
    expect(rig.opened()).toBe(2);
    expect((await nftPids(rig.netns)).length).toBe(1);
    expect((await rig.listing()).match(/\b10\.7\.\d+\.\d+/g)).toHaveLength(2_000);
  });
});
