import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import type { Progress } from "../../../src/lab/progress.ts";
import { inHome } from "./home.ts";
import { importImage } from "./import-image.ts";
import { mangleState } from "./kernel-state.ts";
import { kubectl } from "./kubectl.ts";
import { inRepository } from "./repository.ts";
import { edited } from "./settings.ts";
import { type ClusterShape, nodeNames } from "./shape.ts";

const arch = process.arch === "arm64" ? "arm64" : "amd64";
const ARCHIVE = inRepository("build", `selvedge-linux-${arch}.tar`);

/** Fulfilled when all controllers and enforcers are up to date and ready. */
export async function rolledOut(): Promise<void> {
  for (const workload of ["deployment/selvedge-controller", "daemonset/selvedge-enforcer"])
    await kubectl(["-n", "selvedge-system", "rollout", "status", workload, "--timeout=180s"]);
}

/** What a node's mangle tables, sets and tables of ours were before Selvedge was there for the first time. */
export const beforeFile = (node: string): string => inHome(`before-${node}.txt`);

async function rememberBefore(shape: ClusterShape): Promise<void> {
  for (const node of nodeNames(shape).filter((each) => !existsSync(beforeFile(each))))
    await writeFile(beforeFile(node), await mangleState(node));
}

/** Installs Selvedge exactly as docs/install.md says, with the settings that are chosen; only the image comes from an archive and not from a registry. */
export async function installSelvedge(shape: ClusterShape, progress: Progress): Promise<void> {
  if (!existsSync(ARCHIVE)) throw new Error(`${ARCHIVE} is missing: make image first`);
  await rememberBefore(shape);
  progress.step("Selvedge's image, imported by every node");
  await importImage(nodeNames(shape), ARCHIVE);
  progress.step("kubectl apply --server-side -f deploy/selvedge.yaml, and both rollouts");
  const manifests = await edited(await readFile(inRepository("deploy/selvedge.yaml"), "utf8"));
  await kubectl(["apply", "--server-side", "-f", "-"], manifests);
  await rolledOut();
  progress.end();
}
