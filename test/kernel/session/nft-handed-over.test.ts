import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { type Exec, processExec } from "../../../src/kernel/exec.ts";
import { nftProcessWriter } from "../../../src/kernel/session/nft-process-writer.ts";
import { must } from "../../support/must.ts";
import { describeKernel } from "../support.ts";
import { SETS, TABLES, nftPids, nftRig } from "./nft-rig.ts";

const PARENT = fileURLToPath(new URL("nft-parent-process.ts", import.meta.url));

describeKernel("a transaction for nft", () => {
  test.each([
    { way: "kept open", chains: 190, rounds: 6 },
    { way: "a process each", chains: 6_000, rounds: 4 },
  ])(
    "is carried out as a whole or not at all when the enforcer is killed, and leaves no history ($way)",
    { timeout: 120_000 },
    async ({ way, chains, rounds }) => {
      const rig = await nftRig();
      const netns = must(rig.netns.enter[3]);
      // A home of its own, and no setpriv that would have nft killed before it has read to the end.
      const home = mkdtempSync(join(tmpdir(), "selvedge-nft-"));
      onTestFinished(() => rmSync(home, { recursive: true }));
      for (const program of ["nft", "ip"])
        symlinkSync((await rig.netns.sh(`command -v ${program}`)).trim(), join(home, program));
      for (let round = 0; round < rounds; round += 1) {
        await rig.other(`flush ruleset\n${SETS}`);
        const parent = spawn(process.execPath, [PARENT, netns, way, String(chains)], {
          env: { HOME: home, PATH: home },
          stdio: ["ignore", "pipe", "inherit"],
        });
        await once(parent.stdout, "data");
        await sleep(10 + round * 7);
        const gone = once(parent, "exit");
        parent.kill("SIGKILL");
        await gone;
        await expect.poll(() => nftPids(rig.netns), { timeout: 20_000 }).toEqual([]);
        expect([0, chains]).toContain(((await rig.listing()).match(/chain c-/g) ?? []).length);
        expect(existsSync(join(home, ".nft.history"))).toBe(false);
      }
    },
  );

  test("is one however long it is, and told in few words when it is refused", async () => {
    const rig = await nftRig();
    const { write, commands } = nftProcessWriter(rig.netns.exec);
    expect(await write(SETS)).toBeUndefined();
    const members = Array.from(
      { length: 3_000 },
      (_, i) => `add element ip selvedge A { 10.7.${i >> 8}.${i & 255} }\n`,
    );
    const last = "add rule ip selvedge nowhere drop\n";
    expect(await write(members.join("") + last)).toMatch(
      /^Error: [^\n]*No such file[^\n]*: add rule ip selvedge nowhere drop$/,
    );
    expect(await rig.listing()).not.toContain("10.7.");
    expect(await write(members.join(""))).toBeUndefined();
    expect((await rig.listing()).match(/\b10\.7\.\d+\.\d+/g)).toHaveLength(3_000);
    // No line, and so handed over as it is.
    expect(await write(`# a remark\n${members.join("").replaceAll("add", "delete")}`)).toBeUndefined();
    expect(await rig.listing()).not.toContain("10.7.");
    expect(await write(last)).toMatch(/No such file/);
    expect(commands()).toBe(5);
  });

  test("is handed over as it is where nft takes no long lines, and told where it is missing", async () => {
    const rig = await nftRig();
    const long = `${TABLES}${"add table ip selvedge\n".repeat(1_000)}`;
    const exec: Exec = (request) =>
      request.args.includes("-i")
        ? Promise.resolve({ code: 1, stdout: "", stderr: "interactive CLI not supported in this build" })
        : rig.netns.exec(request);
    expect(await nftProcessWriter(exec).write(long)).toBeUndefined();
    expect(await rig.listing()).toContain("table ip6 selvedge");
    const missing = nftProcessWriter((request) => processExec({ ...request, command: "no-such-nft" }));
    expect(await missing.write(long)).toContain("no-such-nft");
  });
});
