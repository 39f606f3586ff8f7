import type { Progress } from "../../../src/lab/progress.ts";
import { kubectl } from "./kubectl.ts";
import { inRepository } from "./repository.ts";

const cleanup = inRepository("deploy/cleanup.yaml");

const deleteManifests = (): Promise<unknown> =>
  kubectl(["delete", "--ignore-not-found", "-f", inRepository("deploy/selvedge.yaml")]);

/** Removes Selvedge by the lines of docs/install.md, in their order; `deleteRest`, the last of them, is another with Helm. */
export async function uninstallSelvedge(progress: Progress, deleteRest = deleteManifests): Promise<void> {
  progress.step("deployment and daemonset are deleted, cleanup.yaml runs on every node");
  await kubectl(
    "delete -n selvedge-system deployment/selvedge-controller daemonset/selvedge-enforcer".split(" "),
  );
  await kubectl(["apply", "-f", cleanup]);
  const done = "-n selvedge-cleanup rollout status daemonset/selvedge-cleanup --timeout=180s";
  await kubectl(done.split(" "));
  await kubectl(["delete", "-f", cleanup]);
  await deleteRest();
  progress.end();
}
