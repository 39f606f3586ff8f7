import { expect, test } from "vitest";
import { type Told, lookAtSets } from "../../src/daemon/look-at-sets.ts";
import { WriteRecord } from "../../src/daemon/write-record.ts";
import { readSets } from "../../src/kernel/read.ts";
import { peers, ruleset } from "../kernel/unit/rulesets.ts";
import { memoryExec } from "../support/netfilter/memory-exec.ts";
import { kernelWith } from "../support/packet-interpreter.ts";

const wanted = ruleset({ sets: { "SV4-G-a": peers("10.0.0.1"), "SV4-G-b": peers("10.0.1.1") } });

/** A look at sets of which others have harmed the first, while entries of one come and go. */
function look(tearsSets: boolean, written: string): Promise<Told> {
  const kernel = kernelWith(wanted);
  kernel.ipset("del SV4-G-a 10.0.0.1");
  const record = new WriteRecord();
  const plan = {
    setsBefore: [`add ${written} 10.0.9.9`],
    tables: new Map(),
    answers: new Map(),
    setsAfter: [],
    destroy: [],
  };
  const reader = {
    readSets: () => record.during([plan], () => readSets(memoryExec(kernel).exec)),
    tearsSets,
  };
  const left = () => Promise.resolve({ kind: "left", ruleset: wanted, stayed: [] } as const);
  return lookAtSets({ reader, record, left }, () => true);
}

test.each([
  ["is told, whatever is written to others", false, "SV4-G-b", "otherwise"],
  ["is not told where one listing may tear sets apart", true, "SV4-G-b", "untold"],
  ["is not told of a set that is written itself", false, "SV4-G-a", "untold"],
])("what others changed %s", async (_, tearsSets, written, told) => {
  expect(await look(tearsSets, written)).toBe(told);
});
