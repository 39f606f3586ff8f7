import type { LintFinding } from "../../../src/analysis/lint/lint-finding.ts";
import { lint } from "../../../src/analysis/lint/lint.ts";
import { commentedSources, lintInput } from "../../../src/cli/lint-input.ts";
import { compile } from "../../../src/core/compile.ts";
import { clusterFromManifests } from "../../../src/kube/cluster-from-manifests.ts";
import { parsedManifests } from "../../support/parsed-manifests.ts";
import { sourceProblemText } from "../../../src/kube/files/source.ts";

/** What lint finds in one file's text. */
export function lintText(text: string): LintFinding[] {
  const cluster = clusterFromManifests(parsedManifests("test.yaml", text));
  if (cluster.problems.length > 0) throw new Error(cluster.problems.map(sourceProblemText).join("\n"));
  const policies = cluster.policies.map(({ policy }) => policy);
  const program = compile({ namespaces: cluster.namespaces, pods: cluster.pods, policies });
  return lint(
    lintInput(cluster, program),
    commentedSources(cluster, () => text),
  );
}

export const codesIn = (text: string): string[] =>
  [...new Set(lintText(text).map(({ code }) => code))].sort();
