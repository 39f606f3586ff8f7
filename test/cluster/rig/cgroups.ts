import { readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";

/** Control groups are folders that only rmdir can remove, the deepest first. */
async function removeCgroup(folder: string): Promise<void> {
  const inside = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const each of inside.filter((entry) => entry.isDirectory()))
    await removeCgroup(join(folder, each.name));
  await rmdir(folder).catch(() => undefined);
}

/** Removes the control groups, in every hierarchy, whose names begin so. */
export async function removeCgroups(prefix: string): Promise<void> {
  const root = "/sys/fs/cgroup";
  const names = await readdir(root, { withFileTypes: true }).catch(() => []);
  const hierarchies = [
    root,
    ...names.filter((each) => each.isDirectory()).map((each) => join(root, each.name)),
  ];
  for (const hierarchy of hierarchies) {
    const groups = await readdir(hierarchy).catch(() => []);
    for (const group of groups.filter((each) => each.startsWith(prefix)))
      await removeCgroup(join(hierarchy, group));
  }
}
