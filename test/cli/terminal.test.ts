import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { progress } from "../../src/cli/progress.ts";
import { root } from "./selvedge.ts";

/** What a terminal gets to see: `script` (Debian's bsdutils) gives the program one of its own. */
function onTerminal(command: string, env: Readonly<Record<string, string>> = {}): string {
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...rest } = process.env;
  const { stdout, error } = spawnSync(
    "script",
    ["-qec", `${join(root, "bin/selvedge")} ${command}`, "/dev/null"],
    {
      cwd: root,
      encoding: "utf8",
      env: { ...rest, TERM: "xterm", ...env },
    },
  );
  if (error !== undefined) throw error;
  return stdout;
}

const ESCAPE = "\u001B[";

describe("on a terminal", () => {
  it.each([
    ["map", "map -f fixtures/shop"],
    ["can", "can -f fixtures/shop shop/front shop/api:http"],
    ["explain", "explain -f fixtures/shop shop/front shop/db:5432"],
    ["lint", "lint -f fixtures/ports"],
    ["diff", "diff -f fixtures/tenants --against fixtures/shop"],
    ["test", "test -f fixtures/shop fixtures/shop"],
  ])("%s has colours where it has some, and none with NO_COLOR", (verb, command) => {
    const plain = onTerminal(command, { NO_COLOR: "1" });
    expect(plain).not.toContain(ESCAPE);
    const colourful = onTerminal(command);
    expect(colourful.includes(ESCAPE)).toBe(!["can", "test"].includes(verb));
    // They are all that differs.
    // oxlint-disable-next-line no-control-regex -- an escape is what is taken out
    expect(colourful.replaceAll(/\u001B\[[\d;]*m/g, "")).toBe(plain);
  });
});

describe("progress", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function shownOn(isTTY: boolean): string[] {
    const written: string[] = [];
    const write = (text: string | Uint8Array): boolean => written.push(String(text)) > 0;
    const shown = progress("selvedge map", { isTTY, write });
    for (const [i, elapsed] of [0, 999, 1, 50, 50].entries()) {
      vi.advanceTimersByTime(elapsed);
      shown.at(i, 8);
    }
    shown.end();
    return written;
  }

  it("is shown on a terminal from the first second on, ten times a second at most, and taken back", () => {
    expect(shownOn(true)).toEqual(["\rselvedge map: 25 %", "\rselvedge map: 50 %", `\r${ESCAPE}K`]);
  });

  it("is shown nowhere else", () => {
    expect(shownOn(false)).toEqual([]);
  });
});
