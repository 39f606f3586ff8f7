import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { must } from "../../support/must.ts";
import { describeKernel } from "../support.ts";
import { SETS, nftPids, nftRig } from "./nft-rig.ts";

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
      for (const program of ["nft", "ip", "sh", "cat"])
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
});
