import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsedManifests } from "../../support/parsed-manifests.ts";
import { positionText, sourceProblemText } from "../../../src/kube/files/source.ts";

const problemsOf = (text: string): string[] =>
  parsedManifests("f.yaml", text).problems.map(sourceProblemText);

const bomb = ["a: &a [1,1,1,1,1,1,1,1,1,1]"];
for (const [name, of] of [
  ["b", "a"],
  ["c", "b"],
  ["d", "c"],
  ["e", "d"],
  ["f", "e"],
  ["g", "f"],
]) {
  bomb.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${of}`).join(", ")}]`);
}

describe("malformed input is one clear line with its place", () => {
  it.each([
    [
      "a bracket left open",
      "a: [1",
      "f.yaml:1:6: malformed YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
    [
      "a tab for indentation",
      "a:\n\tb: 1",
      "f.yaml:2:1: malformed YAML: Tabs are not allowed as indentation",
    ],
    [
      "an error in the third document",
      "---\n---\n# nothing\n---\nb: 'x",
      "f.yaml:5:6: malformed YAML: Missing closing 'quote",
    ],
    ["a text", "hello", "f.yaml:1:1: expected a Kubernetes object"],
    ["a list", "- a", "f.yaml:1:1: expected a Kubernetes object"],
    [
      "no kind",
      "apiVersion: v1",
      "f.yaml:1:1: a Kubernetes object needs apiVersion and kind: kind is missing",
    ],
    [
      "neither",
      "{}",
      "f.yaml:1:1: a Kubernetes object needs apiVersion and kind: apiVersion and kind are missing",
    ],
    [
      "kind is a number",
      "apiVersion: v1\nkind: 1",
      "f.yaml:1:1: a Kubernetes object needs apiVersion and kind: kind is missing",
    ],
    ["an unknown alias", "a: *x", 'f.yaml:1:4: there is no anchor "x" above this alias'],
    ["an anchor in itself", "a: &x [*x]", 'f.yaml:1:8: the value of the anchor "x" contains itself'],
    [
      "a merge of a text",
      "a:\n  <<: text",
      "f.yaml:2:7: a merge key (<<) needs an object, or a list of them",
    ],
    ["an alias bomb", bomb.join("\n"), "f.yaml:1:1: aliases stand for more than 1000000 values"],
    ["ten thousand brackets", "[".repeat(10_000), "malformed YAML: nested too deeply"],
    [
      "a version that is not served",
      "apiVersion: networking.k8s.io/v1beta1\nkind: NetworkPolicy",
      'f.yaml:1:13: no kind "NetworkPolicy" in version "networking.k8s.io/v1beta1"; it is served as "networking.k8s.io/v1"',
    ],
    [
      "a group of the past",
      "kind: Deployment\napiVersion: extensions/v1beta1",
      'f.yaml:2:13: no kind "Deployment" in version "extensions/v1beta1"; it is served as "apps/v1"',
    ],
    [
      "a text in a list",
      "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod}\n- text",
      "f.yaml:5:3: expected a Kubernetes object",
    ],
  ])("%s", (_name, text, expected) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
  });

  it("names both lines of a duplicate key, also in JSON and beneath a list", () => {
    const text = "kind: Pod\napiVersion: v1\nspec:\n  a: [{b: 1,\n   b: 2}]\n";
    expect(problemsOf(text)).toEqual([
      'f.yaml:5:4: the key "b" stands twice in one object, on line 4 and on line 5',
    ]);
    expect(problemsOf('{"kind": "Pod",\n"apiVersion": "v1",\n"kind": "Pod"}')).toEqual([
      'f.yaml:3:1: the key "kind" stands twice in one object, on line 1 and on line 3',
    ]);
  });

  it("keeps the documents beside a malformed one", () => {
    const { objects, problems } = parsedManifests(
      "f.yaml",
      "apiVersion: v1\nkind: Pod\n---\na: [\n---\napiVersion: v1\nkind: Node\n",
    );
    expect(objects.map(({ kind }) => kind)).toEqual(["Pod", "Node"]);
    expect(problems).toHaveLength(1);
  });

  it("never throws", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "a: ",
        "- ",
        "\n",
        "  ",
        "&x ",
        "*x",
        "[",
        "]",
        "{",
        "}",
        "<<: ",
        "? ",
        "'",
        '"',
        "|\n",
        "---\n",
      ),
      fc.constantFrom(
        "apiVersion: v1\n",
        "kind: List\n",
        "items:\n",
        "!!int ",
        "%YAML 1.2\n",
        "\t",
        "#",
        "__proto__: ",
      ),
      fc.string({ maxLength: 4, unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
        parsedManifests("f.yaml", pieces.join(""));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("documents, lists and kinds", () => {
  it("passes over what is empty", () => {
    expect(parsedManifests("f.yaml", "")).toMatchObject({ objects: [], ignored: new Map(), problems: [] });
    expect(
      parsedManifests("f.yaml", "# only this\n---\n\n---\n# and that\n...\n---\nnull\n").problems,
    ).toEqual([]);
  });

  it("takes lists apart, typed ones too, whose items need not say what they are", () => {
    const text = `
kind: List
apiVersion: v1
items:
- kind: PodList
  apiVersion: v1
  items: [{metadata: {name: a}}, {metadata: {name: b}}]
- kind: NetworkPolicyList
  apiVersion: networking.k8s.io/v1
  items:
  - metadata:
      name: c
- {kind: ConfigMapList, apiVersion: v1, items: [{}, {}]}
`;
    const { objects, ignored, problems } = parsedManifests("f.yaml", text);
    expect(problems).toEqual([]);
    expect(objects.map(({ kind, source }) => [kind, positionText(source)])).toEqual([
      ["Pod", "f.yaml:7:11"],
      ["Pod", "f.yaml:7:34"],
      ["NetworkPolicy", "f.yaml:11:5"],
    ]);
    expect(ignored).toEqual(new Map([["ConfigMap", 2]]));
  });

  it("counts kinds that are not read, and does not take another group's NetworkPolicy for one", () => {
    const text =
      "{apiVersion: v1, kind: Secret}\n---\n{apiVersion: crd.projectcalico.org/v1, kind: NetworkPolicy}\n";
    expect(parsedManifests("f.yaml", text).ignored).toEqual(
      new Map([
        ["Secret", 1],
        ["NetworkPolicy.crd.projectcalico.org", 1],
      ]),
    );
  });
});

describe("every field has its place", () => {
  const text = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, labels: {"a.b/c": d}}
spec:
  podSelector: &same
    matchLabels: {app: web}
  ingress:
  - from:
    - podSelector: *same
    - podSelector:
        <<: *same
    ports:
    - port: 80
      endPort:
`;
  const [object] = parsedManifests("f.yaml", text).objects;

  it.each([
    [[], "1:1"],
    [["metadata", "labels", "a.b/c"], "3:41"],
    [["spec", "ingress", 0, "ports", 0, "port"], "13:13"],
    [["spec", "ingress", 0, "ports", 0, "endPort"], "14:7"],
    [["spec", "ingress", 0, "ports", 0, "protocol"], "13:7"],
    [["spec", "ingress", 0, "ports", 7], "13:5"],
    [["spec", "egress"], "5:3"],
    [["spec", "ingress", 0, "from", 0, "podSelector"], "9:20"],
    [["spec", "ingress", 0, "from", 0, "podSelector", "matchLabels", "app"], "6:24"],
    [["spec", "ingress", 0, "from", 1, "podSelector", "matchLabels"], "6:18"],
  ])("%j at %s", (path, place) => {
    expect(object).toBeDefined();
    if (object !== undefined) expect(positionText(object.locate(path))).toBe(`f.yaml:${place}`);
  });

  it.each([
    [["spec", "ingress"], "7:3"],
    [["spec", "ingress", 0, "from"], "8:5"],
    [["spec", "ingress", 0, "ports", 0, "endPort"], "14:7"],
    [["spec", "egress"], "5:3"],
  ])("the key of %j at %s", (path, place) => {
    if (object === undefined) throw new Error("nothing was parsed");
    expect(positionText(object.locate(path, "key"))).toBe(`f.yaml:${place}`);
  });
});
