import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { inHome } from "./home.ts";
import type { ClusterShape } from "./shape.ts";

/** The shape of the cluster that runs. Throws where none does. */
export async function standingCluster(): Promise<ClusterShape> {
  if (!existsSync(inHome("pids"))) throw new Error("no cluster runs: make cluster first");
  return JSON.parse(await readFile(inHome("shape.json"), "utf8")) as ClusterShape;
}
