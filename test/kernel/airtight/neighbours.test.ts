import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import { type Exec, execOrThrow } from "../../../src/kernel/exec.ts";
import { isEmptyPlan } from "../../../src/kernel/plan.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { nodeAddressing } from "../../../src/lab/addressing.ts";
import { iptablesBeside } from "../../../src/lab/backend.ts";
import { flannelRules } from "../../../src/lab/flannel/rules.ts";
import { kubeProxyRules } from "../../../src/lab/kube-proxy/rules.ts";
import { must } from "../../support/must.ts";
import { backendOf } from "../backend-of.ts";
import { backends } from "../backends.ts";
import { rulesetFor } from "../ruleset-for.ts";
import { scale } from "../../support/search-settings.ts";
import { NODE, Wire } from "../oracle/wire.ts";
import { describeKernel } from "../support.ts";
import { contentLines, leftToWrite, readContent } from "./node-content.ts";
import { updates } from "./updates.ts";

/**
 * Rules that another program adds at least, one call of iptables each, half of them to mangle and half to filter: it goes on until
 * it has met two updates.
 */
const RULES = 2 * Math.ceil(100 * scale);

describeKernel("others write as well", () => {
  describe.each(backends)("$name", ({ backend }) => {
    // Of others.
    const variant = iptablesBeside(backend);
    let wire: Wire;
    let kernel: NodeKernel;
    beforeAll(async () => {
      wire = await Wire.open();
      kernel = new NodeKernel(backendOf(backend, wire.exec));
    });
    afterAll(() => wire.close());

    const [before, after] = ((): [Ruleset, Ruleset] => {
      const { from, to } = must(updates[2]);
      return [rulesetFor(backend, from, NODE), rulesetFor(backend, to, NODE)];
    })();
    const sh = (line: string, exec: Exec = wire.exec): Promise<string> =>
      execOrThrow(exec, { command: "sh", args: ["-ec", line] });
    /** Brings the ruleset, again where somebody else held the lock, and looks that it stands. */
    const bring = async (wanted: Ruleset): Promise<void> => {
      await expect
        .poll(
          async () => {
            kernel.recall();
            const { failures } = await kernel.bring(wanted);
            const left = leftToWrite(await readContent(wire.exec, backend), wanted);
            return failures.length === 0 && isEmptyPlan({ ...left, destroy: [] });
          },
          { timeout: 60_000 },
        )
        .toBe(true);
    };
    const restore = (input: string, ...args: readonly string[]): Promise<string> =>
      execOrThrow(wire.exec, { command: `iptables-${variant}-restore`, args: ["-w", ...args], input });

    const restored = async (): Promise<void> => {
      await bring(before);
      await restore(
        "*mangle\n:THEIRS - [0:0]\n-A THEIRS -j ACCEPT\n-A FORWARD -j THEIRS\n-A OUTPUT -j THEIRS\nCOMMIT\n",
      );
      expect(await sh(`iptables-${variant} -w -t mangle -S`)).not.toContain("SELVEDGE");
      await bring(before);
      const saved = await sh(`iptables-${variant} -w -t mangle -S`);
      expect(saved).toContain("-A THEIRS -j ACCEPT");
      const forward = saved.split("\n").filter((line) => line.startsWith("-A FORWARD"));
      expect(forward.map((line) => / -j (\S+)/.exec(line)?.[1])).toEqual(["SELVEDGE-FORWARD", "THEIRS"]);
    };

    const flushed = async (): Promise<void> => {
      await bring(before);
      const theirs = `table ip theirs { chain c { type filter hook forward priority mangle; policy accept; }; }`;
      await execOrThrow(wire.exec, {
        command: "nft",
        args: ["-f", "-"],
        input: `flush ruleset\n${theirs}\n`,
      });
      const saved = await sh("nft list table ip theirs");
      expect(await sh("nft list tables")).not.toContain("selvedge");
      await bring(before);
      expect(await sh("nft list table ip theirs")).toBe(saved);
      // Nor is what an iptables is restored from without --noflush any business of ours.
      const content = contentLines(await readContent(wire.exec, backend));
      await restore("*mangle\n:FORWARD ACCEPT\n-A FORWARD -j ACCEPT\nCOMMIT\n");
      expect(contentLines(await readContent(wire.exec, backend))).toEqual(content);
    };

    if (backend === "nftables")
      test("all that stands is flushed and written anew by another: ours comes back, theirs stays", flushed);
    else test("a table that is restored without --noflush: ours comes back, theirs stays", restored);

    test("flannel appends its rules again, and kube-proxy writes all of its own: nobody's are touched", async () => {
      await bring(before);
      const filter = async (): Promise<string> =>
        (await sh(`iptables-${variant}-save -t filter; iptables-${variant}-save -t nat`)).replaceAll(
          /^#.*$|\[\d+:\d+\]/gm,
          "",
        );
      const node = nodeAddressing(1);
      for (const wanted of [after, before, after]) {
        await restore(flannelRules(node, "v4"), "--noflush");
        const standing = await sh(`iptables-${variant}-save`);
        await restore(kubeProxyRules({ services: [], node: node.name, family: "v4", standing }), "--noflush");
        await sh(
          `iptables-${variant} -w -N DOCKER-USER 2>/dev/null || true; iptables-${variant} -w -I FORWARD 1 -j DOCKER-USER`,
        );
        const theirs = await filter();
        await bring(wanted);
        expect(await filter()).toBe(theirs);
      }
    });

    test(
      `of ${RULES} rules and more that another adds while updates run, none is lost`,
      { timeout: 600_000 },
      async () => {
        await bring(before);
        const directory = await mkdtemp(join(tmpdir(), "selvedge-neighbours-"));
        onTestFinished(() => rm(directory, { recursive: true }));
        const met = join(directory, "met");
        const add = sh(
          `i=0; while [ $i -lt ${RULES / 2} ] || { [ -d ${directory} ] && [ ! -e ${met} ]; }; do i=$((i + 1))
           iptables-${variant} -w -t mangle -A FORWARD -m comment --comment "theirs-$i" -j ACCEPT
           iptables-${variant} -w -t filter -A FORWARD -m comment --comment "theirs-$i" -j ACCEPT
         done; echo $i`,
        );
        const adding = { isOver: false };
        void add.finally(() => {
          adding.isOver = true;
        });
        let applied = 0;
        for (; !adding.isOver; applied += 1) {
          await bring(applied % 2 === 0 ? after : before);
          if (applied === 1) await writeFile(met, "");
        }
        const added = Number(await add);
        const count = async (table: string): Promise<number> =>
          (await sh(`iptables-${variant} -w -t ${table} -S FORWARD`))
            .split("\n")
            .filter((line) => line.includes("theirs-")).length;
        const [inMangle, inFilter] = [await count("mangle"), await count("filter")];
        process.stdout.write(
          `others, ${backend}: ${2 * added} rules added during ${applied} updates, ${2 * added - inMangle - inFilter} lost\n`,
        );
        expect(added).toBeGreaterThanOrEqual(RULES / 2);
        expect([inMangle, inFilter]).toEqual([added, added]);
        expect(applied).toBeGreaterThan(1);
      },
    );
  });
});
