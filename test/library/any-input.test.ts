import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { allParties } from "../../src/library/parties.ts";
import { askAllPorts } from "../../src/library/ask-all-ports.ts";
import { compile } from "../../src/core/compile.ts";
import { clusterFromManifests } from "../../src/kube/cluster-from-manifests.ts";
import { parseManifests } from "../../src/kube/files/parse-manifests.ts";
import { sourceProblemText } from "../../src/kube/files/source.ts";
import { endIn } from "../../src/library/ends.ts";
import { snapshotOf } from "../../src/kube/snapshot/snapshot.ts";
import { snapshotYaml } from "../../src/kube/snapshot/snapshot-yaml.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";

const fixtures = ["shop", "ports", "tenants"].flatMap((name) => {
  const folder = join(import.meta.dirname, "../../fixtures", name);
  return readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
});

/** What breaks readers: structure, aliases, odd scalars, names of prototypes, other types than expected. */
const tokens = [
  "\t\n\r\u0000 -:{}[]&*!|>%@`'\"#,?".split(""),
  ["---\n", "...\n", "&a ", "*a", "<<: *a\n", "!!binary ", "!!int x", "%YAML 9.9\n", "? ", "- - - "],
  ["null", "~", "true", "-1", "65536", "1e999", "0x7fffffffffffffff", ".nan", "__proto__: ", "constructor: "],
  ["{a: [{b: ", "[]", "{}", "kind: List\nitems: ", "\ufeff", "\u2028", "\ud83d\ude00", "0.0.0.0/0", "::/0"],
  ["apiVersion: ", "kind: ", "metadata: ", "spec: ", "name: ", "ports: ", "podSelector: ", "ipBlock: "],
].flat();

const at = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

type Edit = (text: string) => string;
const place = (text: string, share: number): number => Math.floor(share * (text.length + 1));

/** Small wounds to a file that was well. */
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(at, fc.constantFrom(...tokens)).map(([share, token]): Edit => (text) => {
    const i = place(text, share);
    return text.slice(0, i) + token + text.slice(i);
  }),
  fc.tuple(at, fc.integer({ min: 1, max: 40 })).map(([share, length]): Edit => (text) => {
    const i = place(text, share);
    return text.slice(0, i) + text.slice(i + length);
  }),
  fc.tuple(at, at).map(([share, other]): Edit => (text) => {
    const lines = text.split("\n");
    const line = lines[Math.floor(other * lines.length)] ?? "";
    return lines.toSpliced(Math.floor(share * lines.length), 1, line).join("\n");
  }),
  fc.tuple(at, fc.string({ unit: "binary", maxLength: 8 })).map(([share, noise]): Edit => (text) => {
    const i = place(text, share);
    return text.slice(0, i) + noise + text.slice(i);
  }),
  at.map(
    (share): Edit =>
      (text) =>
        text.slice(0, place(text, share)),
  ),
);

const mutated = fc
  .tuple(fc.constantFrom(...fixtures), fc.array(edit, { minLength: 1, maxLength: 5 }))
  .map(([text, edits]) => edits.reduce((wounded, wound) => wound(wounded), text));
const random = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.array(fc.constantFrom(...tokens), { maxLength: 60 }).map((parts) => parts.join("")),
);
const anyFile = fc.oneof({ weight: 4, arbitrary: mutated }, { weight: 1, arbitrary: random });

const names = ["world", "10.0.0.0/8", "::/0", "shop/front", "{app=front}", "node/n1", "shop/svc/api"];

it(
  "any file is answered from, or refused in lines of its own",
  () => {
    search("any input", { cases: anyFile, inTest: 1000 }, (text) => {
      const set = parseManifests("any.yaml", text);
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
      const again = clusterFromManifests(parseManifests("any.yaml", snapshotYaml(snapshotOf(set))));
      expect(again.problems).toEqual([]);
      return found.length ** 2;
    });
  },
  SEARCH_TIMEOUT,
);
