import { mkdir, mkdtemp, open, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { CniCache } from "../../src/daemon/cni-cache.ts";
import { addCni, cniText, delCni } from "./cni-files.ts";
import { PATIENCE } from "./fixture.ts";

/** A cache that is followed; no poll comes to its help unless it is asked for. */
async function followed({ pollInterval = 3_600_000, isThere = true } = {}) {
  const root = await mkdtemp(join(tmpdir(), "selvedge-cni-"));
  const directory = join(root, "cni", "results");
  if (isThere) await mkdir(directory, { recursive: true });
  const stop = new AbortController();
  onTestFinished(async () => {
    stop.abort();
    await rm(root, { recursive: true });
  });
  let told: readonly string[] | undefined;
  const cache = new CniCache({ directory, signal: stop.signal, pollInterval }, (entries) => {
    told = entries?.map(({ pod }) => pod.replace("default/", ""));
  });
  return { root, directory, start: () => cache.start(), pods: () => told };
}

test("tells what is there at the start, what comes and what goes", async () => {
  const { directory, start, pods } = await followed();
  await addCni(directory, { pod: "first", ips: ["10.0.0.1"] });
  await start();
  expect(pods()).toEqual(["first"]);
  await addCni(directory, { pod: "second", ips: ["10.0.0.2"] });
  await expect.poll(pods, PATIENCE).toEqual(["first", "second"]);
  await delCni(directory, "first");
  await expect.poll(pods, PATIENCE).toEqual(["second"]);
});

test("waits for a directory that is not there yet, goes, and comes back", async () => {
  const { root, directory, start, pods } = await followed({ isThere: false });
  await start();
  expect(pods()).toBeUndefined();
  await addCni(directory, { pod: "first", ips: ["10.0.0.1"] });
  await expect.poll(pods, PATIENCE).toEqual(["first"]);
  await rm(join(root, "cni"), { recursive: true });
  await expect.poll(pods, PATIENCE).toBeUndefined();
  await addCni(directory, { pod: "again", ips: ["10.0.0.1"] });
  await expect.poll(pods, PATIENCE).toEqual(["again"]);
});

test("reads again what it read torn, byte by byte if need be", async () => {
  const { directory, start, pods } = await followed();
  await start();
  const file = await open(join(directory, "cbr0-0123-eth0"), "w");
  const text = cniText({ pod: "slow", ips: ["10.0.0.1"] });
  for (const byte of text.slice(0, -1)) await file.write(byte);
  await new Promise((resolve) => {
    setTimeout(resolve, 50);
  });
  expect(pods() ?? []).toEqual([]);
  await file.write(text.slice(-1));
  await file.close();
  await expect.poll(pods, PATIENCE).toEqual(["slow"]);
});

test("finds by and by what no event told of", async () => {
  const { root, directory, start, pods } = await followed({ pollInterval: 20 });
  await start();
  const other = join(root, "other");
  await mkdir(other);
  await writeFile(join(other, "cbr0-0123-eth0"), cniText({ pod: "hidden", ips: ["10.0.0.1"] }));
  await rm(directory, { recursive: true });
  await rename(other, directory);
  await expect.poll(pods, PATIENCE).toEqual(["hidden"]);
});
