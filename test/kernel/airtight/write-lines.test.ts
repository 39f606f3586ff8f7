import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { must } from "../../support/must.ts";
import { wholeLines } from "../../../src/kernel/write-lines.ts";

const PROCESS = fileURLToPath(new URL("write-lines-process.ts", import.meta.url));

/** How much a process has written so far, to whatever it is. */
async function writtenBy(pid: number): Promise<number> {
  return Number(/^wchar: (\d+)$/m.exec(await readFile(`/proc/${pid}/io`, "utf8"))?.[1]);
}

/** Until it has written more than so much, has filled what lies between it and a program that reads no more, and is stuck. */
async function untilStuck(pid: number, least: number): Promise<void> {
  let last = 0;
  const isStuck = async (): Promise<boolean> => {
    const before = last;
    last = await writtenBy(pid);
    return last === before && last > least;
  };
  await expect.poll(isStuck, { interval: 100 }).toBe(true);
}

describe("a program whose enforcer is killed while it hands over the input", () => {
  test.each([0, 50, 333])(
    "reads whole lines, and then the end (killed when %i kB are read)",
    async (kilobytes) => {
      const directory = await mkdtemp(join(tmpdir(), "selvedge-lines-"));
      onTestFinished(() => rm(directory, { recursive: true }));
      const file = join(directory, "read");
      // It reads no more before its parent is dead, with as much before it as a pipe holds.
      const program = `dd bs=1000 count=${kilobytes} iflag=fullblock 2>/dev/null >${file}.part
      until [ -e ${file}.go ]; do sleep 0.02; done; cat >>${file}.part; mv ${file}.part ${file}`;
      const enforcer = spawn(process.execPath, [PROCESS, program], { stdio: ["ignore", "pipe", "inherit"] });
      onTestFinished(() => writeFile(`${file}.go`, ""));
      await once(enforcer.stdout, "data");
      const least = 10_000 + 1_000 * kilobytes;
      await untilStuck(must(enforcer.pid), least);
      const ended = once(enforcer, "exit");
      enforcer.kill("SIGKILL");
      await ended;
      await writeFile(`${file}.go`, "");
      await expect
        .poll(() => readFile(file, "utf8").catch(() => "nothing yet"), { timeout: 20_000 })
        .not.toBe("nothing yet");
      const read = await readFile(file, "utf8");
      expect(read.length).toBeGreaterThan(least);
      expect(read.split("\n").length).toBeLessThan(50_000);
      expect(read.slice(-60)).toMatch(/\nadd SV4-G-somebody 10\.0\.\d+\.\d+\n$/);
      const last = read.split("\n").at(-2);
      expect(last).toBe(
        `add SV4-G-somebody 10.0.${(read.split("\n").length - 2) >> 8}.${(read.split("\n").length - 2) & 255}`,
      );
    },
  );
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
