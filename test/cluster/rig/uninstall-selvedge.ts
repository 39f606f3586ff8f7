import type { Progress } from "../../../src/lab/progress.ts";
import { kubectl } from "./kubectl.ts";
import { inRepository } from "./repository.ts";

const cleanup = inRepository("deploy/cleanup.yaml");

/** Removes Selvedge by the lines of docs/install.md, in their order. */
export async function uninstallSelvedge(progress: Progress): Promise<void> {
  progress.step("deployment and daemonset are deleted, cleanup.yaml runs on every node");
  await kubectl(
    "delete -n selvedge-system deployment/selvedge-controller daemonset/selvedge-enforcer".split(" "),
  );
  await kubectl(["apply", "-f", cleanup]);
  const done = "-n selvedge-cleanup rollout status daemonset/selvedge-cleanup --timeout=180s";
  await kubectl(done.split(" "));
  await kubectl(["delete", "-f", cleanup]);
  await kubectl(["delete", "--ignore-not-found", "-f", inRepository("deploy/selvedge.yaml")]);
  progress.end();
}
