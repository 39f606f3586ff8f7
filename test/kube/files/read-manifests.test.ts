import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readManifests } from "../../../src/kube/files/read-manifests.ts";
import { positionText, sourceProblemText } from "../../../src/kube/files/source.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "selvedge-manifests-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const pod = (name: string): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\n`;

function write(path: string, content: string | Uint8Array): string {
  const file = join(folder, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, content);
  return file;
}

async function read(...paths: string[]): Promise<{ objects: string[]; problems: string[] }> {
  const { objects, problems } = await readManifests(paths);
  return {
    objects: objects.map(({ source }) => positionText(source).replace(`${folder}/`, "")),
    problems: problems.map(sourceProblemText).map((text) => text.replace(`${folder}/`, "")),
  };
}

describe("reading manifests", () => {
  it("reads folders at any depth, sorted, and files whatever they are called", async () => {
    write("b.yml", pod("b"));
    write("a/z.json", '{"apiVersion": "v1", "kind": "Pod"}');
    write("a/y.yaml", pod("y"));
    write("a/readme.md", "not a manifest");
    const odd = write("odd.txt", pod("odd"));
    expect(await read(folder, odd)).toEqual({
      objects: ["a/y.yaml:1:1", "a/z.json:1:1", "b.yml:1:1", "odd.txt:1:1"],
      problems: [],
    });
  });

  it("passes over what is hidden and what is another tool's, unless it is named", async () => {
    write(".git/a.yaml", "not: [yaml");
    write("chart/Chart.yaml", "name: chart");
    write("chart/values-production.yaml", "replicas: 1");
    const named = write("kustomization.yaml", "resources: []");
    expect(await read(folder)).toEqual({ objects: [], problems: [] });
    expect((await read(named)).problems).toHaveLength(1);
  });

  it("reads a file once, whoever leads to it, and ends where links go round", async () => {
    const file = write("a/pod.yaml", pod("a"));
    symlinkSync(file, join(folder, "link.yaml"));
    symlinkSync("..", join(folder, "a", "loop"));
    expect(await read(folder, file, folder)).toEqual({ objects: ["a/pod.yaml:1:1"], problems: [] });
  });

  it("reads a mounted ConfigMap, whose files are links into a hidden folder", async () => {
    write("..2026/pod.yaml", pod("a"));
    symlinkSync("..2026", join(folder, "..data"));
    symlinkSync("..data/pod.yaml", join(folder, "pod.yaml"));
    expect(await read(folder)).toEqual({ objects: ["pod.yaml:1:1"], problems: [] });
  });

  it("says in one line what cannot be read, and reads the rest", async () => {
    write("a.yaml", pod("a"));
    write("b.yaml", gzipSync("x"));
    write("c.yaml", Uint8Array.of(0x61, 0x3a, 0x20, 0xff));
    write("d.yaml", "");
    truncateSync(join(folder, "d.yaml"), 64 * 1024 * 1024 + 1);
    symlinkSync("nowhere.yaml", join(folder, "e.yaml"));
    expect(await read(folder, join(folder, "f"))).toEqual({
      objects: ["a.yaml:1:1"],
      problems: [
        "e.yaml: no such file or folder",
        "f: no such file or folder",
        "b.yaml: is not a text file",
        "c.yaml: is not UTF-8 text",
        "d.yaml: is larger than 64 MiB, the most that is read of one file",
      ],
    });
  });

  it("reads standard input for -, beside files", async () => {
    const file = write("a.yaml", pod("a"));
    const stdin = Readable.from([Buffer.from(pod("b").slice(0, 20)), Buffer.from(pod("b").slice(20))]);
    const { objects } = await readManifests(["-", file], { stdin });
    expect(objects.map(({ source }) => positionText(source))).toEqual(["<stdin>:1:1", `${file}:1:1`]);
  });
});
