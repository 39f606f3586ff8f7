import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Every room, and the rooms that it may import besides itself (ARCHITECTURE.md). */
const arrows: Readonly<Record<string, readonly string[]>> = {
  core: [],
  render: ["core"],
  analysis: ["core", "render"],
  kernel: ["core", "render"],
  kube: ["core"],
  daemon: ["core", "render", "kernel", "kube"],
  doctor: ["core", "render", "kernel"],
  lab: ["core", "render", "kernel", "kube", "analysis"],
  library: ["core", "kube", "analysis"],
  cli: ["core", "render", "kernel", "kube", "analysis", "daemon", "library", "doctor"],
};
const rooms = Object.keys(arrows);
/** Rooms that touch neither clock nor disk nor network. */
const pure = ["core", "render", "analysis"];

let checkout: string;

/** Plants one import in a file of the room and tells whether the linter minds. */
function minds(room: string, specifier: string): boolean {
  const file = join(checkout, "src", room, "planted.ts");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `import * as planted from "${specifier}";\nexport default planted;\n`);
  const { stdout } = spawnSync(join(root, "node_modules/.bin/oxlint"), ["src"], {
    cwd: checkout,
    encoding: "utf8",
  });
  rmSync(file);
  return stdout.includes("no-restricted-imports");
}

beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), "selvedge-layers-"));
  cpSync(join(root, ".oxlintrc.json"), join(checkout, ".oxlintrc.json"));
  mkdirSync(join(checkout, "src"));
});
afterAll(() => rmSync(checkout, { recursive: true }));

for (const [room, allowed] of Object.entries(arrows)) {
  it(`${room} imports ${allowed.join(", ") || "no other room"}, and the linter minds all else`, () => {
    for (const other of rooms.filter((each) => each !== room)) {
      expect(minds(room, `../${other}/x.ts`), `${room} -> ${other}`).toBe(!allowed.includes(other));
    }
  });
}

it.each(pure)("%s is pure: the linter minds node's modules there", (room) => {
  expect(minds(room, "node:fs")).toBe(true);
});

it("core takes no packages", () => {
  expect(minds("core", "zod")).toBe(true);
});
