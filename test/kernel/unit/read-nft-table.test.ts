import { expect, test } from "vitest";
import type { ExecResult } from "../../../src/kernel/exec.ts";
import { readNftTable } from "../../../src/kernel/nftables/read-nft-table.ts";
import { failure } from "../../support/netfilter/memory-exec.ts";

const reading = (result: ExecResult) => readNftTable(() => Promise.resolve(result), "IPv6", "names");

test.each([
  "Error: No such file or directory\nlist table ip6 selvedge\n               ^^^^^^^^\n",
  "Error: No such file or directory; did you mean table 'selvedge' in family inet?\nlist table ip6 selvedge\n",
])("a table that is not there: %j", async (said) => {
  expect(await reading(failure(said))).toEqual({ kind: "absent" });
});

test.each<readonly [string, ExecResult, string, boolean]>([
  ["without nft", failure("nft: spawn nft ENOENT", 127), "nft: spawn nft ENOENT", true],
  [
    "without permission",
    failure("Operation not permitted (you must be root)\nnetlink: Error: cache initialization failed\n"),
    "Operation not permitted (you must be root)",
    false,
  ],
  [
    "while others write without a pause",
    failure("nft: no answer within 60000 ms", 124),
    "nft: no answer within 60000 ms; it reads anew whenever somebody writes to nftables",
    false,
  ],
  ["of an nft that says nothing", failure("", 139), "nft: exit 139", false],
])("why a table cannot be read: %s", async (_, result, message, isMissing) => {
  expect(await reading(result)).toEqual({ kind: "unreadable", message, isMissing });
});
