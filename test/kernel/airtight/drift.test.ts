import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import { execOrThrow } from "../../../src/kernel/exec.ts";
import { isEmptyPlan } from "../../../src/kernel/plan.ts";
import { must } from "../../support/must.ts";
import { everyKind } from "../enforced.ts";
import { Wire } from "../oracle/wire.ts";
import { describeKernel } from "../support.ts";
import { contentLines, leftToWrite, readContent } from "./node-content.ts";
import { type Damage, damages } from "./vandal.ts";

const theirs = (line: string): boolean => line.includes("--comment theirs");

describeKernel("whatever a hand does to what is ours", () => {
  describe.each(["nft", "legacy"] as const)("iptables-%s", (variant) => {
    let wire: Wire;
    let kernel: NodeKernel;
    beforeAll(async () => {
      wire = await Wire.open();
      kernel = new NodeKernel(wire.exec, variant);
      expect((await kernel.bring(everyKind)).failures).toEqual([]);
    });
    afterAll(() => wire.close());

    test("is found at the next look, told by name, and put right", { timeout: 600_000 }, async () => {
      const content = await readContent(wire.exec, variant);
      const whole = contentLines(content);
      const done: Damage[] = damages(content, variant);
      const missed: string[] = [];
      for (const { line, object } of done) {
        // A hand that is refused has done as much as it was let.
        await wire.exec({ command: "sh", args: ["-c", line] });
        kernel.recall();
        const outcome = await kernel.bring(everyKind);
        expect(outcome.failures, line).toEqual([]);
        const standing = await readContent(wire.exec, variant);
        const isRight =
          isEmptyPlan(leftToWrite(standing, everyKind)) &&
          JSON.stringify(contentLines(standing).filter((each) => !theirs(each))) === JSON.stringify(whole);
        const told = [...(outcome.drift?.chains ?? []), ...(outcome.drift?.sets ?? [])];
        if (!isRight) missed.push(`not put right: ${line}`);
        if (!told.includes(object)) missed.push(`not told, ${object}: ${line}`);
        if (!isRight) await restart();
      }
      process.stdout.write(
        `drift, ${variant}: ${done.length} ways to change what is ours, ${missed.length} missed\n`,
      );
      expect(missed).toEqual([]);
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
