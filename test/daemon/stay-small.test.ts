import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { USUAL, growWithHeap } from "../../src/daemon/stay-small.ts";

const MB = 2 ** 20;

test("what is given back is what this Node's V8 has by itself", () => {
  const options = execFileSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
  for (const flag of USUAL) {
    const name = flag.replace(/^--(?:no-)?/, "").replace(/=.*/, "");
    expect(new RegExp(`^  --${name} .*\n.*default: (\\S+)$`, "m").exec(options)?.[1], name).toBe(flag);
  }
});

test("a heap that grows large is not kept small any more, from then on; one that is small is", () => {
  const set: string[] = [];
  let used = 30 * MB;
  const { passing, passed } = growWithHeap({ used: () => used, set: (flag) => set.push(flag) });
  const look = (): void => {
    passing?.();
    passed?.(undefined as never);
  };
  look();
  expect(set).toEqual([]);
  used = 200 * MB;
  look();
  expect(set).toEqual(USUAL);
  used = 30 * MB;
  look();
  expect(set).toEqual(USUAL);
});
