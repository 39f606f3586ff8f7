import { existsSync } from "node:fs";
import type { Progress } from "../../../src/lab/progress.ts";
import { importImage } from "./import-image.ts";
import { kubectl } from "./kubectl.ts";
import { type ClusterShape, nodeNames } from "./shape.ts";

const arch = process.arch === "arm64" ? "arm64" : "amd64";
const ARCHIVE = `build/selvedge-linux-${arch}.tar`;

/** Installs Selvedge exactly as docs/install.md says; only the image comes from an archive and not from a registry. */
export async function installSelvedge(shape: ClusterShape, progress: Progress): Promise<void> {
  if (!existsSync(ARCHIVE)) throw new Error(`${ARCHIVE} is missing: make image first`);
  progress.step("Selvedge: image, kubectl apply -f deploy/selvedge.yaml");
  await importImage(nodeNames(shape), ARCHIVE);
  await kubectl(["apply", "--server-side", "-f", "deploy/selvedge.yaml"]);
  await kubectl([
    "-n",
    "selvedge-system",
    "rollout",
    "status",
    "deployment/selvedge-controller",
    "--timeout=120s",
  ]);
  await kubectl([
    "-n",
    "selvedge-system",
    "rollout",
    "status",
    "daemonset/selvedge-enforcer",
    "--timeout=120s",
  ]);
  progress.end();
}
