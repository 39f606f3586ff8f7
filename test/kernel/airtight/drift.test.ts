import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import { execOrThrow } from "../../../src/kernel/exec.ts";
import { parseCidr } from "../../../src/core/cidr.ts";
import type { GateScope } from "../../../src/core/start-gate.ts";
import { type Host, plainHost } from "../../../src/render/host.ts";
import { must } from "../../support/must.ts";
import { isEmptyPlan } from "../../../src/kernel/plan.ts";
import type { EnforcerBackend } from "../../../src/lab/backend.ts";
import { cluster, policy } from "../../support/scenario.ts";
import { scale } from "../../support/search-settings.ts";
import { backendOf } from "../backend-of.ts";
import { backends } from "../backends.ts";
import { casesOfEveryKind } from "../enforced.ts";
import { rulesetFor } from "../ruleset-for.ts";
import { NODE, Wire } from "../oracle/wire.ts";
import { describeKernel } from "../support.ts";
import { contentLines, leftToWrite, readContent } from "./node-content.ts";
import { type Damage, rounds } from "./damage.ts";
import { nftHand } from "./nft-vandal.ts";
import { damages } from "./vandal.ts";
import { wipe } from "./wipe.ts";

/** One at a time, each with a look of its own; else as many at once as do not get in each other's way. */
const isExhaustive = scale > 1;

const theirs = (line: string): boolean => line.includes("--comment theirs");

/** With nftables all that may stand: with iptables `test/kernel/refusal` looks at what refuses. */
const surroundings: Readonly<Record<EnforcerBackend, readonly [Host, GateScope?]>> = {
  nft: [plainHost],
  legacy: [plainHost],
  nftables: [
    { ...plainHost, denial: "reject", bridges: ["cni0"] },
    { podCidrs: ["10.244.1.0/24", "fd00:10:244:1::/64"].map((block) => must(parseCidr(block))), own: [] },
  ],
};

/** Not much of every kind: chains, sets and elements come and go on the way between them. */
const somethingElse = cluster([policy({ podSelector: {}, policyTypes: ["Egress"] }, "every-kind")]);

const asWritten = (lines: string): string => lines;

/** Damages' lines as a script. */
const hands: Readonly<Record<EnforcerBackend, typeof asWritten>> = {
  nft: asWritten,
  legacy: asWritten,
  nftables: nftHand,
};

describeKernel("whatever a hand does to what is ours", () => {
  describe.each(backends)("$name", ({ backend }) => {
    const everyKind = rulesetFor(backend, casesOfEveryKind, NODE, ...surroundings[backend]);
    let wire: Wire;
    let kernel: NodeKernel;
    beforeAll(async () => {
      wire = await Wire.open();
      kernel = new NodeKernel(backendOf(backend, wire.exec));
      expect((await kernel.bring(everyKind)).failures).toEqual([]);
    });
    afterAll(() => wire.close());

    test("is found at the next look, told by name, and put right", { timeout: 600_000 }, async () => {
      const content = await readContent(wire.exec, backend);
      const whole = contentLines(content);
      const done = damages(content);
      const missed: string[] = [];
      const inTurn: readonly Damage[][] = isExhaustive ? done.map((each) => [each]) : rounds(done);
      for (const round of inTurn) {
        const line = round.map((each) => each.line).join("\n");
        // A hand that is refused has done as much as it was let.
        await wire.exec({ command: "sh", args: ["-c", hands[backend](line)] });
        await kernel.look();
        const outcome = await kernel.bring(everyKind);
        expect(outcome.failures, line).toEqual([]);
        const standing = await readContent(wire.exec, backend);
        const isRight =
          isEmptyPlan(leftToWrite(standing, everyKind)) &&
          JSON.stringify(contentLines(standing).filter((each) => !theirs(each))) === JSON.stringify(whole);
        const told = new Set([...(outcome.drift?.chains ?? []), ...(outcome.drift?.sets ?? [])]);
        if (!isRight) missed.push(`not put right: ${line}`);
        for (const each of round)
          if (!told.has(each.object)) missed.push(`not told, ${each.object}: ${each.line}`);
        if (!isRight) await restart();
      }
      process.stdout.write(
        `drift, ${backend}: ${done.length} ways to change what is ours, in ${inTurn.length} rounds, ${missed.length} missed\n`,
      );
      expect(missed).toEqual([]);
    });

    test("is no trap for a change that comes before the look", { timeout: 600_000 }, async () => {
      const done = damages(await readContent(wire.exec, backend));
      const inTurn = rounds(done).filter((_, i) => isExhaustive || i % 12 === 0);
      const changed = rulesetFor(backend, somethingElse, NODE, ...surroundings[backend]);
      const trapped: string[] = [];
      let refused = 0;
      for (const round of inTurn) {
        const line = round.map((each) => each.line).join("\n");
        await wire.exec({ command: "sh", args: ["-c", hands[backend](line)] });
        // What is written on a wrong belief may be refused, and then the kernel is read.
        if ((await kernel.bring(changed)).failures.length > 0) refused += 1;
        await kernel.look();
        const { failures } = await kernel.bring(changed);
        const left = leftToWrite(await readContent(wire.exec, backend), changed);
        if (failures.length > 0 || !isEmptyPlan(left)) trapped.push(`${JSON.stringify(failures)}: ${line}`);
        await kernel.bring(everyKind);
      }
      process.stdout.write(
        `drift, ${backend}: a change meets it ${inTurn.length} times, and is refused ${refused} times at first\n`,
      );
      expect(trapped).toEqual([]);
      await restart();
    });

    const leadingToOrphans = async (): Promise<void> => {
      const tools = [`iptables-${backend} -w -t mangle`, `ip6tables-${backend} -w -t mangle`];
      const sh = (line: string): Promise<string> =>
        execOrThrow(wire.exec, { command: "sh", args: ["-ec", line] });
      for (const tool of tools)
        await sh(`${tool} -N SV-orphan; ${tool} -N THEIRS; ${tool} -A THEIRS -j SV-orphan; ${tool} -A SV-orphan -j DROP
          ${tool} -N SV-loose; ${tool} -A SV-loose -g SV-orphan; ${tool} -F SV-INGRESS`);
      await kernel.look();
      const { failures, drift } = await kernel.bring(everyKind);
      expect(failures).toEqual([]);
      expect(drift?.chains).toEqual(
        expect.arrayContaining(["IPv4 SV-orphan", "IPv6 SV-loose", "IPv6 SV-INGRESS"]),
      );
      for (const tool of tools) {
        expect(await sh(`${tool} -S SV-orphan`)).toBe("-N SV-orphan\n");
        expect(await sh(`${tool} -S`)).not.toContain("SV-loose");
      }
      await kernel.look();
      expect(await kernel.bring(everyKind)).toMatchObject({ commands: 0, failures: [] });
      for (const tool of tools) await sh(`${tool} -F THEIRS; ${tool} -X THEIRS`);
      await kernel.look();
      expect((await kernel.bring(everyKind)).failures).toEqual([]);
      for (const tool of tools) expect(await sh(`${tool} -S`)).not.toContain("SV-orphan");
    };

    const hungIntoOurs = async (): Promise<void> => {
      const whole = contentLines(await readContent(wire.exec, backend));
      const hang = `
        add chain ip selvedge SV-loose
        add chain ip selvedge SV-orphan
        add map ip selvedge SV4-led { typeof ip saddr : verdict; }
        add set ip selvedge SV4-named { typeof ip saddr; }
        add rule ip selvedge SV-loose goto SV-orphan
        add rule ip selvedge SV-orphan ip saddr @SV4-named jump SV-MID-STREAM
        add element ip selvedge SV4-led { 203.0.113.9 : goto SV-loose }
        add rule ip selvedge SV-INGRESS ip daddr vmap @SV4-led
        add rule ip selvedge FORWARD jump SV-orphan`;
      await execOrThrow(wire.exec, { command: "nft", args: ["-f", "-"], input: hang });
      await kernel.look();
      const { failures, drift } = await kernel.bring(everyKind);
      expect(failures).toEqual([]);
      expect(drift?.chains.toSorted()).toEqual([
        "IPv4 FORWARD",
        "IPv4 SV-INGRESS",
        "IPv4 SV-loose",
        "IPv4 SV-orphan",
      ]);
      expect(drift?.sets.toSorted()).toEqual(["SV4-led", "SV4-named"]);
      expect(contentLines(await readContent(wire.exec, backend))).toEqual(whole);
    };

    // No rule outside of a table of nftables leads into it.
    if (backend === "nftables")
      test("what somebody hangs into our tables goes, whatever leads to what", hungIntoOurs);
    else
      test(
        "a rule of another that leads to a chain of ours that goes stops nothing: the chain stays, empty",
        leadingToOrphans,
      );

    test("nothing is told where nothing was changed", async () => {
      kernel.recall();
      const { drift, commands } = await kernel.bring(everyKind);
      expect({ drift, commands }).toEqual({ drift: undefined, commands: 0 });
    });

    const restart = async (): Promise<void> => {
      await wipe(wire.exec, backend);
      kernel.recall();
      await kernel.bring(everyKind);
    };
  });
});
