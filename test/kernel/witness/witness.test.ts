import { describe, expect, onTestFinished, test } from "vitest";
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import { prefixSessionDoor, processSessionDoor } from "../../../src/kernel/session/session-door.ts";
import { NftWitness } from "../../../src/kernel/witness/nft-witness.ts";
import type { Testimony } from "../../../src/kernel/witness/witness.ts";
import { must } from "../../support/must.ts";
import { ownNetns } from "../own-netns.ts";
import { describeKernel } from "../support.ts";
import { watched } from "./watched.ts";
import { watchedBackends } from "./watched-backends.ts";

describeKernel("a witness of who writes to nftables", () => {
  describe.each(watchedBackends)("$name", (backend) => {
    test(
      "holds none of our own writes for others', by whatever they are written",
      { timeout: 60_000 },
      async () => {
        const { seen, witness, kernel, byProcesses, others, told } = await watched(backend);
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
      const { witness, kernel, netns } = await watched(backend, {}, "nothing yet");
      await expect.poll(() => witness.mark()).toBeDefined();
      const mark = witness.mark();
      const began = performance.now();
      await kernel.bring(backend.wantedOf(1));
      await expect
        .poll(() => witness.since(mark))
        .toSatisfy((told: Testimony) => told.kind === "undisturbed" && told.until >= Math.floor(began));
      await netns.sh(backend.harm(1));
      await expect.poll(() => witness.since(mark).kind).toBe("disturbed");
    });

    test("leaves nothing behind", { timeout: 60_000 }, async () => {
      const { seen, netns } = await watched(backend);
      await seen();
      expect(await netns.sh("nft list ruleset")).not.toContain("SV-BY");
    });

    test("sees whatever others do to what is ours", { timeout: 120_000 }, async () => {
      const { seen, netns, witness, others } = await watched(backend);
      for (const write of backend.writes) {
        const mark = await seen();
        const before = others();
        await netns.sh(write);
        await expect.poll(() => witness.since(mark).kind, { message: write }).toBe("disturbed");
        expect(others(), write).toBe(before + 1);
        // Writes of ours that follow do not make up for it.
        await seen();
        expect(witness.since(mark).kind, write).toBe("disturbed");
      }
    });

    test("does not mind what others do elsewhere", { timeout: 60_000 }, async () => {
      const { seen, netns, witness, others } = await watched(backend);
      const mark = await seen();
      for (const write of backend.elsewhere) await netns.sh(write);
      await seen();
      expect(witness.since(mark).kind).toBe("undisturbed");
      expect(others()).toBe(0);
    });

    test(
      "holds for ours what cannot be read, and has that read by another",
      { timeout: 60_000 },
      async () => {
        const { seen, netns, witness, others } = await watched(backend);
        const script = (lines: string): Promise<string> => netns.sh("nft -f -", `${lines}\n`);
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
      },
    );

    test("tells nothing of a time in which it was dead, and sees again", { timeout: 60_000 }, async () => {
      const { seen, netns, witness, told, signalMonitors } = await watched(backend);
      for (let i = 1; i <= 2; i += 1) {
        const mark = await seen();
        await signalMonitors("KILL");
        await expect.poll(() => told.length).toBe(2 * i - 1);
        await netns.sh(backend.harm(2 * i));
        expect(witness.since(mark)).toEqual({ kind: "blind" });
        const after = await seen();
        expect(witness.since(mark)).toEqual({ kind: "blind" });
        await netns.sh(backend.harm(2 * i + 1));
        await expect.poll(() => witness.since(after).kind).toBe("disturbed");
      }
      expect(told).toEqual(["blind", "sight", "blind", "sight"].map((word) => expect.stringContaining(word)));
    });

    test(
      "tells nothing across what the kernel could not hand over, and sees again",
      { timeout: 300_000 },
      async () => {
        const { seen, netns, witness, opened, signalMonitors } = await watched(backend);
        const mark = await seen();
        await signalMonitors("STOP");
        // Of a table that is none of ours, and more than the kernel keeps for one that does not fetch it.
        const rule = `add rule ip other c ${"ip saddr != 192.0.2.1 ".repeat(12)}drop\n`;
        await netns.sh("nft -f -", `add chain ip other c\n${rule.repeat(30_000)}`);
        await netns.sh(backend.harm(1));
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
        await netns.sh(backend.harm(2));
        await expect.poll(() => witness.since(after).kind).toBe("disturbed");
      },
    );

    test("that cannot be had says so once, and stops nothing", { timeout: 60_000 }, async () => {
      const told: string[] = [];
      const netns = await ownNetns();
      onTestFinished(() => netns.remove());
      const door = prefixSessionDoor(processSessionDoor, [
        ...netns.enter,
        "sh",
        "-c",
        "echo no permission >&2; exit 1",
      ]);
      const witness = new NftWitness(door, backend.watched, { restMs: 1, onBlind: (why) => told.push(why) });
      witness.watch(() => undefined);
      onTestFinished(() => witness.close());
      const kernel = new NodeKernel(backend.open(netns.exec, witness));
      await expect.poll(() => told).toEqual(["nft monitor: no permission"]);
      for (let i = 1; i < 5; i += 1)
        expect(await kernel.bring(backend.wantedOf(i))).toMatchObject({ failures: [] });
      await kernel.look();
      expect([told.length, witness.mark()]).toEqual([1, undefined]);
    });
  });

  test("is relieved in time by another, and misses nothing meanwhile", { timeout: 120_000 }, async () => {
    const backend = must(watchedBackends.find(({ name }) => name === "nftables"));
    const { seen, netns, witness, opened, told } = await watched(backend, { lifetime: 3 });
    const began = await seen();
    for (let i = 0; i < 15; i += 1) await seen();
    expect(opened()).toBeGreaterThan(3);
    expect(witness.since(began).kind).toBe("undisturbed");
    for (let i = 0; i < 10; i += 1) {
      const mark = await seen();
      await netns.sh(backend.harm(i));
      await expect.poll(() => witness.since(mark).kind).toBe("disturbed");
    }
    expect(witness.since(began).kind).toBe("disturbed");
    expect(told).toEqual([]);
  });
});
