import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import { iptablesBackend } from "../../../src/kernel/iptables-backend.ts";
import { execOrThrow } from "../../../src/kernel/exec.ts";
import { isEmptyPlan } from "../../../src/kernel/plan.ts";
import { must } from "../../support/must.ts";
import { scale } from "../../support/search-settings.ts";
import { everyKind } from "../enforced.ts";
import { Wire } from "../oracle/wire.ts";
import { describeKernel } from "../support.ts";
import { contentLines, leftToWrite, readContent } from "./node-content.ts";
import { type Damage, damages, rounds } from "./vandal.ts";

/** One at a time, each with a look of its own; else as many at once as do not get in each other's way. */
const isExhaustive = scale > 1;

const theirs = (line: string): boolean => line.includes("--comment theirs");

describeKernel("whatever a hand does to what is ours", () => {
  describe.each(["nft", "legacy"] as const)("iptables-%s", (variant) => {
    let wire: Wire;
    let kernel: NodeKernel;
    beforeAll(async () => {
      wire = await Wire.open();
      kernel = new NodeKernel(iptablesBackend(wire.exec, variant));
      expect((await kernel.bring(everyKind)).failures).toEqual([]);
    });
    afterAll(() => wire.close());

    test("is found at the next look, told by name, and put right", { timeout: 600_000 }, async () => {
      const content = await readContent(wire.exec, variant);
      const whole = contentLines(content);
      const done = damages(content, variant);
      const missed: string[] = [];
      const inTurn: readonly Damage[][] = isExhaustive ? done.map((each) => [each]) : rounds(done);
      for (const round of inTurn) {
        const line = round.map((each) => each.line).join("\n");
        // A hand that is refused has done as much as it was let.
        await wire.exec({ command: "sh", args: ["-c", line] });
        await kernel.look();
        const outcome = await kernel.bring(everyKind);
        expect(outcome.failures, line).toEqual([]);
        const standing = await readContent(wire.exec, variant);
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
        `drift, ${variant}: ${done.length} ways to change what is ours, in ${inTurn.length} rounds, ${missed.length} missed\n`,
      );
      expect(missed).toEqual([]);
    });

    test("a rule of another that leads to a chain of ours that goes stops nothing: the chain stays, empty", async () => {
      const tools = [`iptables-${variant} -w -t mangle`, `ip6tables-${variant} -w -t mangle`];
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
    });

    test("nothing is told where nothing was changed", async () => {
      kernel.recall();
      const { drift, commands } = await kernel.bring(everyKind);
      expect({ drift, commands }).toEqual({ drift: undefined, commands: 0 });
    });

    const restart = async (): Promise<void> => {
      const [table4, table6] = [`iptables-${variant}`, `ip6tables-${variant}`].map(
        (tool) => `${tool} -w -t mangle -F; ${tool} -w -t mangle -X`,
      );
      await execOrThrow(wire.exec, {
        command: "sh",
        args: ["-c", `${must(table4)}; ${must(table6)}; ipset destroy`],
      });
      kernel.recall();
      await kernel.bring(everyKind);
    };
  });
});
