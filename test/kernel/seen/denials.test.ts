import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { denialText } from "../../../src/core/denial.ts";
import { explainDenial } from "../../../src/daemon/denials/explain-denial.ts";
import { followDenials } from "../../../src/daemon/denials/follow-denials.ts";
import { nameDenial } from "../../../src/kernel/denials/name-denial.ts";
import { readStandingNames } from "../../../src/kernel/denials/read-standing-names.ts";
import { execOrThrow } from "../../../src/kernel/exec.ts";
import type { DeniedPacket } from "../../../src/kernel/nflog/denied-packet.ts";
import { type StreamExec, processStreamExec } from "../../../src/kernel/stream-exec.ts";
import { saveCommand } from "../../../src/kernel/variant.ts";
import { root } from "../../cli/selvedge.ts";
import { backends } from "../backends.ts";
import type { Wire } from "../oracle/wire.ts";
import { describeKernel } from "../support.ts";
import { ends, seenWire, udp, view } from "./rig.ts";

interface Followed {
  readonly packets: DeniedPacket[];
  readonly troubles: string[];
  readonly stop: () => void;
}

/** A directory with programs of these names that fail; gone with the test. */
function failing(...programs: readonly string[]): string {
  const directory = mkdtempSync(join(tmpdir(), "selvedge-failing-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const program of programs) {
    writeFileSync(join(directory, program), "#!/bin/sh\necho no luck >&2\nexit 1\n");
    chmodSync(join(directory, program), 0o755);
  }
  return directory;
}

/** A guard against hanging, not a bar. */
const PATIENCE = { timeout: 20_000, interval: 20 };

describeKernel("denials", () => {
  describe.each(backends)("$name", ({ backend }) => {
    let wire: Wire;
    beforeAll(async () => {
      wire = await seenWire(backend);
    });
    afterAll(() => wire.close());

    /** Follows the wire's denials until the test ends. */
    function follow(): Followed {
      const stop = new AbortController();
      onTestFinished(() => stop.abort());
      const packets: DeniedPacket[] = [];
      const troubles: string[] = [];
      const [command, ...first] = wire.enter;
      const run: StreamExec = (request) =>
        processStreamExec({ ...request, command, args: [...first, request.command, ...request.args] });
      void followDenials({
        run,
        signal: stop.signal,
        onPacket: (packet) => void packets.push(packet),
        onTrouble: (trouble) => void troubles.push(trouble),
      });
      return { packets, troubles, stop: () => stop.abort() };
    }

    /** Sends denied packets until one of them is seen. */
    async function untilSeen(packets: readonly DeniedPacket[]): Promise<void> {
      const before = packets.length;
      await expect
        .poll(async () => {
          await wire.send([udp("203.0.113.9", "10.0.0.1", 53)]);
          await sleep(100);
          return packets.length;
        }, PATIENCE)
        .toBeGreaterThan(before);
    }

    test("are seen as who to whom, on what, and why", async () => {
      const { packets } = follow();
      await untilSeen(packets);
      const sentences = (): string[] => packets.map((packet) => denialText(explainDenial(packet, view)));
      for (const { web, client, stranger } of ends) {
        await wire.send([udp(stranger, web, 53), udp(client, web, 80), udp(client, web, 53)]);
        await expect
          .poll(sentences, PATIENCE)
          .toContain(
            `${stranger} -> shop/web (${web}) UDP/53 denied: ingress is isolated by shop/default-deny and shop/web; shop/web ingress[1] allows ${stranger} only UDP 99`,
          );
        await expect
          .poll(sentences, PATIENCE)
          .toContain(
            `shop/client (${client}) -> shop/web (${web}) UDP/80 denied: ingress is isolated by shop/default-deny and shop/web; shop/web ingress[0] allows shop/client only UDP 53`,
          );
      }
      expect(sentences().filter((text) => text.includes("shop/client") && text.includes("UDP/53"))).toEqual(
        [],
      );
    });

    test("are named by the kernel's own rules, without a cluster", async () => {
      const { packets } = follow();
      await untilSeen(packets);
      const names = await readStandingNames(wire.exec, backend);
      expect(packets.slice(-1).map((packet) => denialText(nameDenial(packet, names)))).toEqual([
        "203.0.113.9 -> shop/web (10.0.0.1) UDP/53 denied: ingress is isolated by shop/default-deny and shop/web, and no rule allows it",
      ]);
    });

    test("are told by `selvedge denials --follow` without names where the rules cannot be read", async () => {
      const tools = backend === "nftables" ? ["nft"] : [saveCommand(backend, "IPv4")];
      const path = `PATH=${failing(...tools)}:${process.env["PATH"] ?? ""}`;
      const [command, ...first] = wire.enter;
      const words = [join(root, "bin/selvedge"), "denials", "--follow", "--backend", backend];
      const child = spawn(command, [...first, "env", path, ...words], { stdio: ["ignore", "pipe", "pipe"] });
      onTestFinished(() => void child.kill());
      let said = "";
      child.stdout.on("data", (chunk: Buffer) => void (said += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => void (said += chunk.toString()));
      await expect
        .poll(async () => {
          await wire.send([udp("203.0.113.9", "10.0.0.1", 53)]);
          return said;
        }, PATIENCE)
        .toMatch(/Z 203\.0\.113\.9 -> 10\.0\.0\.1 UDP\/53 denied/);
    });

    test("are seen again after the reader was killed, and are denied meanwhile", async () => {
      const { packets, troubles } = follow();
      await untilSeen(packets);
      const namespace = "readlink /proc/self/ns/net";
      const kill = `ns=$(${namespace}); for p in $(pidof tcpdump); do [ "$(readlink /proc/$p/ns/net)" = "$ns" ] && kill -9 $p; done; true`;
      await execOrThrow(wire.exec, { command: "sh", args: ["-c", kill] });
      expect(await wire.send([udp("203.0.113.9", "10.0.0.1", 53), udp("10.0.0.2", "10.0.0.1", 53)])).toEqual([
        0, 1,
      ]);
      await untilSeen(packets);
      expect(troubles).toHaveLength(1);
    });

    test("have one reader: another is refused, waits, and takes over", async () => {
      const one = follow();
      await untilSeen(one.packets);
      const other = follow();
      await expect.poll(() => other.troubles.length, PATIENCE).toBeGreaterThan(0);
      expect(other.troubles[0]).toMatch(/Can't listen/);
      one.stop();
      await untilSeen(other.packets);
    });
  });
});
