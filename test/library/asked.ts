import { compile } from "../../src/core/compile.ts";
import { clusterFromManifests } from "../../src/kube/cluster-from-manifests.ts";
import { parsedManifests } from "../support/parsed-manifests.ts";
import { sourceProblemText } from "../../src/kube/files/source.ts";
import { type Answer, ask } from "../../src/library/ask.ts";
import { endIn } from "../../src/library/ends.ts";
import { parsePort } from "../../src/library/port-spec.ts";

/** Asks a cluster that is written down as YAML; what is wrong with the question is the answer. */
export function asking(
  text: string,
  namespace = "default",
): (from: string, to: string, port: string) => Answer | string {
  const cluster = clusterFromManifests(parsedManifests("cluster.yaml", text));
  if (cluster.problems.length > 0) throw new Error(cluster.problems.map(sourceProblemText).join("\n"));
  const policies = cluster.policies.map(({ policy }) => policy);
  const program = compile({ namespaces: cluster.namespaces, pods: cluster.pods, policies });
  return (from, to, port) => {
    const [source, destination] = [from, to].map((end) => endIn(end, { cluster, program, namespace }));
    const asked = parsePort(port);
    if (source === undefined || source.kind === "bad") return source?.message ?? "";
    if (destination === undefined || destination.kind === "bad") return destination?.message ?? "";
    if (asked.kind === "bad") return asked.message;
    const answer = ask(program, cluster, { from: source, to: destination, port: asked });
    return "kind" in answer ? answer.message : answer;
  };
}

/** `yes`, `no: why` or `depends: why`; what is wrong with the question as it is. */
export function said(answer: Answer | string): string {
  if (typeof answer === "string") return answer;
  const word = { allowed: "yes", denied: "no", depends: "depends" }[answer.verdict];
  return answer.why === undefined ? word : `${word}: ${answer.why}`;
}
