import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { wholeLines } from "../../../src/kernel/write-lines.ts";

const PROCESS = fileURLToPath(new URL("write-lines-process.ts", import.meta.url));

describe("a program whose enforcer is killed while it hands over the input", () => {
  test.each([0, 20, 60])("reads whole lines, and then the end (killed after %i ms)", async (milliseconds) => {
    const directory = await mkdtemp(join(tmpdir(), "selvedge-lines-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const file = join(directory, "read");
    // It is still asleep when its parent dies, with as much before it as a pipe holds.
    const program = `sleep 0.4; cat >${file}.part; mv ${file}.part ${file}`;
    const enforcer = spawn(process.execPath, [PROCESS, program], { stdio: ["ignore", "pipe", "inherit"] });
    await once(enforcer.stdout, "data");
    await sleep(100 + milliseconds);
    const ended = once(enforcer, "exit");
    enforcer.kill("SIGKILL");
    await ended;
    await expect
      .poll(() => readFile(file, "utf8").catch(() => "nothing yet"), { timeout: 20_000 })
      .not.toBe("nothing yet");
    const read = await readFile(file, "utf8");
    expect(read.length).toBeGreaterThan(10_000);
    expect(read.slice(-60)).toMatch(/\nadd SV4-G-somebody 10\.0\.\d+\.\d+\n$/);
    const last = read.split("\n").at(-2);
    expect(last).toBe(
      `add SV4-G-somebody 10.0.${(read.split("\n").length - 2) >> 8}.${(read.split("\n").length - 2) & 255}`,
    );
  });
});

test("pieces are whole lines, as many as go into a piece, and together the text", () => {
  const line = fc.string({ unit: fc.constantFrom("a", "b", " "), maxLength: 30 });
  fc.assert(
    fc.property(fc.array(line), fc.integer({ min: 1, max: 60 }), fc.boolean(), (lines, size, isEnded) => {
      const text = lines.join("\n") + (isEnded ? "\n" : "");
      const pieces = [...wholeLines(text, size)];
      expect(pieces.join("")).toBe(text);
      for (const [i, piece] of pieces.entries()) {
        const next = pieces[i + 1];
        if (next === undefined) continue;
        expect(piece.endsWith("\n")).toBe(true);
        // One line more would not have gone in.
        const more = piece + next.slice(0, next.indexOf("\n") + 1 || next.length);
        expect(more.length).toBeGreaterThan(size);
      }
    }),
  );
});
