import { expect, test } from "vitest";
import { type Told, untilSeen } from "../../../src/daemon/controller/until-seen.ts";
import type { Write } from "../../../src/kube/publish/plan-publication.ts";

const intent = { key: "a", metadata: {}, spec: {}, fingerprint: "new" };
const apply: Write = { kind: "apply", collection: "addressGroups", intent, resourceVersion: undefined };
const remove: Write = { kind: "delete", collection: "addressGroups", key: "b", resourceVersion: "3" };
const { signal } = new AbortController();

const told = (version: string, standing: Readonly<Record<string, string>>): Told => ({
  more: new Promise(() => undefined),
  versions: { addressGroups: version },
  standing: {
    compiledPolicies: new Map(),
    addressGroups: new Map(
      Object.entries(standing).map(([key, resourceVersion]) => [key, { fingerprint: "x", resourceVersion }]),
    ),
  },
});

/** Whether it is seen without a wait; nothing changes while it looks. */
async function isSeen(write: Write, state: Told): Promise<boolean> {
  const stop = new AbortController();
  stop.abort();
  return untilSeen([write], write.kind === "apply" ? { addressGroups: "9" } : {}, () => state, stop.signal);
}

test("what was written is seen once the watch has come so far, whatever has become of it since", async () => {
  expect(await isSeen(apply, told("8", {}))).toBe(false);
  expect(await isSeen(apply, told("8", { a: "7" }))).toBe(false);
  expect(await isSeen(apply, told("9", { a: "9" }))).toBe(true);
  expect(await isSeen(apply, told("10", {}))).toBe(true);
  expect(await isSeen(apply, told("10", { a: "10" }))).toBe(true);
});

test("what was deleted is seen once it is gone, or another is in its place", async () => {
  expect(await isSeen(remove, told("8", { b: "3" }))).toBe(false);
  expect(await isSeen(remove, told("8", {}))).toBe(true);
  expect(await isSeen(remove, told("8", { b: "8" }))).toBe(true);
});

test("nothing written is nothing to wait for", async () => {
  expect(await untilSeen([], {}, () => told("1", {}), signal)).toBe(true);
});
