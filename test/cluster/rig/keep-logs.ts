import { cp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inHome } from "./home.ts";

/** Saves the logs of a run that failed from being taken down with it; where they are. The last run's make way. */
export async function keepLogs(): Promise<string> {
  const kept = join(tmpdir(), "selvedge-cluster-logs");
  await rm(kept, { recursive: true, force: true });
  await cp(inHome("log"), kept, { recursive: true });
  return kept;
}
