/* The nft that is not there refuses what the one that is refuses: else the properties would be about another tool. */
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OwnNetns, ownNetns } from "../own-netns.ts";
import { describeKernel } from "../support.ts";
import { MemoryNft } from "../../support/nftables/memory-nft.ts";

const FORWARD = "{ type filter hook forward priority mangle; policy accept; }";
const RETARGETED = [
  "add chain C",
  "add chain D",
  "add map M { type ipv4_addr : verdict; }",
  "add element M { 10.0.0.1 : goto C }",
];
const JUMPING = ["add chain C", "add chain D", "add rule D jump C"];
const NAMED = ["add chain C", "add set S { type ipv4_addr; }", "add rule C ip saddr @S drop"];
const NETS = ["add set S { type ipv4_addr; flags interval; }", "add element S { 10.0.0.0/24 }"];

interface Attempt {
  readonly before: readonly string[];
  readonly next: readonly string[];
}

const attempt = (before: readonly string[], ...next: readonly string[]): Attempt => ({ before, next });

const refused: Readonly<Record<string, Attempt>> = {
  "a chain goes that is jumped to": attempt(JUMPING, "delete chain C"),
  "a chain goes that a map leads to": attempt(RETARGETED, "delete chain C"),
  "an element gets another verdict": attempt(RETARGETED, "add element M { 10.0.0.1 : goto D }"),
  "it gets it before it loses its own": attempt(
    RETARGETED,
    "add element M { 10.0.0.1 : goto D }",
    "delete element M { 10.0.0.1 }",
  ),
  "a map leads to a chain that comes later": attempt(
    RETARGETED,
    "add element M { 10.0.0.2 : goto E }",
    "add chain E",
  ),
  "a rule leads to a chain that comes later": attempt(["add chain C"], "add rule C jump D", "add chain D"),
  "a rule names a set that comes later": attempt(
    ["add chain C"],
    "add rule C ip saddr @S drop",
    "add set S { type ipv4_addr; }",
  ),
  "a set goes that a rule names": attempt(NAMED, "delete set S"),
  "a set goes that is not there": attempt(NAMED, "delete set T"),
  "a chain is emptied that is not there": attempt(NAMED, "flush chain D"),
  "a chain goes that is not there": attempt(NAMED, "delete chain D"),
  "an element goes that is not there": attempt(NETS, "delete element S { 10.0.1.0/24 }"),
  "it goes twice": attempt(NETS, "delete element S { 10.0.0.0/24 }", "delete element S { 10.0.0.0/24 }"),
  "a part of an interval goes": attempt(NETS, "delete element S { 10.0.0.1 }"),
  "an interval lies in another": attempt(NETS, "add element S { 10.0.0.1 }"),
  "a set is declared otherwise": attempt(NETS, "add set S { type ipv4_addr; }"),
  "a base chain is declared otherwise": attempt(
    [`add chain F ${FORWARD}`],
    "add chain F { type filter hook forward priority filter; policy accept; }",
  ),
  "a rule leads to a base chain": attempt([`add chain F ${FORWARD}`, "add chain C"], "add rule C jump F"),
  "rules lead in a circle": attempt(
    [...JUMPING, `add chain F ${FORWARD}`, "add rule F jump D"],
    "add rule C jump D",
  ),
  "a map leads in a circle": attempt(
    [...RETARGETED, "add rule D ip saddr vmap @M", `add chain F ${FORWARD}`, "add rule F jump D"],
    "add element M { 10.0.0.2 : goto D }",
  ),
  "something follows a verdict": attempt(["add chain C"], "add rule C drop counter"),
  "a comment is too long": attempt(["add chain C"], `add rule C drop comment "${"x".repeat(129)}"`),
  "a log prefix is too long": attempt(["add chain C"], `add rule C log prefix "${"x".repeat(128)}" group 86`),
  "two protocols are asked for": attempt(["add chain C"], "add rule C tcp dport 80 udp dport 53 drop"),
  "the other family is asked for": attempt(["add chain C"], "add rule C ip6 saddr ::1 drop"),
  "a set is asked for another type": attempt(NAMED, "add rule C ip saddr . ip daddr @S drop"),
  "a set is asked for a verdict": attempt(NAMED, "add rule C ip saddr vmap @S"),
  "an address of the other family is added": attempt(NAMED, "add element S { fd00::1 }"),
  "an element of a map has no verdict": attempt(RETARGETED, "add element M { 10.0.0.2 }"),
};

const taken: Readonly<Record<string, Attempt>> = {
  "a chain goes with its rules": attempt(JUMPING, "delete chain D", "delete chain C"),
  "a chain goes when it is jumped to no longer": attempt(JUMPING, "flush chain D", "delete chain C"),
  "a chain goes when a map leads there no longer": attempt(
    RETARGETED,
    "delete element M { 10.0.0.1 }",
    "delete chain C",
  ),
  "a chain goes when the map is gone": attempt(RETARGETED, "delete map M", "delete chain C"),
  "an element is led elsewhere": attempt(
    RETARGETED,
    "delete element M { 10.0.0.1 }",
    "add element M { 10.0.0.1 : goto D }",
  ),
  "an element is deleted by another verdict": attempt(RETARGETED, "delete element M { 10.0.0.1 : goto D }"),
  "what is there is added": attempt(
    [...RETARGETED, ...NETS],
    "add element M { 10.0.0.1 : goto C }",
    "add element S { 10.0.0.0/24 }",
    "add set S { type ipv4_addr; flags interval; }",
    "add chain C",
  ),
  "a map goes by the name of a set": attempt(RETARGETED, "delete set M", "delete chain C"),
  "a set goes when its rule has gone": attempt(NAMED, "delete chain C", "delete set S"),
  "a set becomes another": attempt(NETS, "delete set S", "add set S { type ipv4_addr; }"),
  "an interval takes another's place": attempt(
    NETS,
    "delete element S { 10.0.0.0/24 }",
    "add element S { 10.0.0.0/25, 10.0.0.128/25 }",
  ),
  "a base chain becomes another": attempt(
    [`add chain F ${FORWARD}`, "add rule F drop"],
    "delete chain F",
    "add chain F { type filter hook output priority mangle; policy accept; }",
  ),
  "rules that nobody is led to lead in a circle": attempt(JUMPING, "add rule C jump D"),
  "a comment is as long as can be": attempt(["add chain C"], `add rule C drop comment "${"x".repeat(128)}"`),
};

/** `add chain C` of the only table. */
const commands = (lines: readonly string[]): string =>
  lines.map((line) => `${line.replace(/^(\w+ \w+)/, "$1 ip selvedge")}\n`).join("");

describe.each([
  ["refused", refused],
  ["taken", taken],
] as const)("what is %s", (verdict, attempts) => {
  const isTaken = verdict === "taken";

  test.each(Object.entries(attempts))("in memory: %s", (_, { before, next }) => {
    const nft = new MemoryNft("selvedge");
    nft.run(`add table ip selvedge\n${commands(before)}`);
    const { tables } = nft;
    const act = (): void => nft.run(commands(next));
    if (isTaken) expect(act).not.toThrow();
    else {
      expect(act).toThrow(/^(?:nft|expected)/);
      expect(nft.tables).toBe(tables);
    }
  });

  describeKernel("by nft itself", () => {
    let netns: OwnNetns;
    beforeAll(async () => {
      netns = await ownNetns();
    });
    afterAll(() => netns.remove());

    test.each(Object.entries(attempts))("%s", (_, { before, next }) => {
      const nft = (input: string) => {
        const [command, ...enter] = netns.enter;
        return spawnSync(command, [...enter, "nft", "-f", "-"], { input, encoding: "utf8" });
      };
      expect(nft(`flush ruleset\nadd table ip selvedge\n${commands(before)}`).stderr).toBe("");
      expect(nft(commands(next)).status === 0).toBe(isTaken);
    });
  });
});
