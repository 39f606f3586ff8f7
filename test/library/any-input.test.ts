import { expect, it } from "vitest";
import { allParties } from "../../src/library/parties.ts";
import { askAllPorts } from "../../src/library/ask-all-ports.ts";
import { compile } from "../../src/core/compile.ts";
import { clusterFromManifests } from "../../src/kube/cluster-from-manifests.ts";
import { parsedManifests } from "../support/parsed-manifests.ts";
import { sourceProblemText } from "../../src/kube/files/source.ts";
import { endIn } from "../../src/library/ends.ts";
import { snapshotOf } from "../../src/kube/snapshot/snapshot.ts";
import { snapshotYaml } from "../../src/kube/snapshot/snapshot-yaml.ts";
import { anyFile } from "../support/arbitrary/any-file.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";

const names = ["world", "10.0.0.0/8", "::/0", "shop/front", "{app=front}", "node/n1", "shop/svc/api"];

it(
  "any file is answered from, or refused in lines of its own",
  () => {
    search("any input", { cases: anyFile, inTest: 1000 }, (text) => {
      const set = parsedManifests("any.yaml", text);
      const cluster = clusterFromManifests(set);
      for (const problem of [...cluster.problems, ...cluster.warnings]) {
        const said = sourceProblemText(problem);
        expect(said).not.toMatch(/\n\s+at |[\n\r]/);
        expect(said).toMatch(/^any\.yaml/);
      }
      if (cluster.problems.length > 0) return 0;
      const policies = cluster.policies.map(({ policy }) => policy);
      const program = compile({ namespaces: cluster.namespaces, pods: cluster.pods, policies });
      const asked = [
        ...allParties(cluster)
          .slice(0, 3)
          .map(({ name }) => name),
        ...names,
      ];
      const ends = asked.map((name) => endIn(name, { cluster, program, namespace: "shop" }));
      const found = ends.flatMap((end) => (end.kind === "bad" ? [] : [end]));
      for (const from of found) for (const to of found) askAllPorts(program, cluster, { from, to });
      const again = clusterFromManifests(parsedManifests("any.yaml", snapshotYaml(snapshotOf(set))));
      expect(again.problems).toEqual([]);
      return found.length ** 2;
    });
  },
  SEARCH_TIMEOUT,
);
