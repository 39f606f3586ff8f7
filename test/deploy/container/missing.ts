import { spawnSync } from "node:child_process";
import { missingForLab } from "../../../src/lab/missing-for-lab.ts";

/** What this machine lacks to build the image and to run it, in words; undefined if it lacks nothing. */
export function missingForImage(): string | undefined {
  const missing = ["buildah", "debootstrap", "runc"].filter(
    (program) => spawnSync("which", [program]).status !== 0,
  );
  return missing.length > 0 ? `needs Debian's ${missing.join(", ")}` : missingForLab();
}
