import { describe, expect, onTestFinished, test } from "vitest";
import { collections } from "../../src/kube/wire/api.ts";
import { Client, type Loose } from "../lab/apiserver/client.ts";
import { dig } from "../lab/apiserver/fixture.ts";
import { type Subject, newNamespace } from "./subject.ts";

const GROUP = "a".repeat(24);

const group = (change: Loose = {}, name = `${GROUP}-0`): Loose => ({
  apiVersion: "selvedge.dev/v1alpha1",
  kind: "AddressGroup",
  metadata: { name },
  spec: {
    group: GROUP,
    namespace: "x",
    podSelector: { matchExpressions: [] },
    slice: 0,
    slices: 1,
    digest: "b".repeat(24),
    endpoints: [{ pod: "x/p", ips: ["10.0.0.1"] }],
    ...change,
  },
});

const policy = (name: string, change: Loose = {}): Loose => ({
  apiVersion: "selvedge.dev/v1alpha1",
  kind: "CompiledPolicy",
  metadata: { name },
  spec: {
    source: { uid: "u", generation: 1 },
    subject: { matchExpressions: [] },
    isolates: ["ingress"],
    ...change,
  },
});

/** Our kinds: what their schemas and rules refuse, what they fill in and drop, and how they are shown. */
export function crdContract(subject: Subject): void {
  const client = (): Client => {
    const made = new Client(subject().server.url);
    onTestFinished(() => made.close());
    return made;
  };
  const causes = (answer: Loose): unknown =>
    (dig(answer, "details", "causes") as readonly Loose[] | undefined)?.map(
      ({ field, message }) => `${String(field)}: ${String(message)}`,
    );
  const rule = { index: 0, peers: {}, ports: {} };

  describe("our kinds", () => {
    test.each([
      [group({ slice: 1 }, `${GROUP}-1`), ["spec: Invalid value: slice must be below slices"]],
      [
        group({ namespaceSelector: { matchExpressions: [] } }),
        ["spec: Invalid value: a namespace is named or selected, one of the two"],
      ],
      [
        group({}, `${"c".repeat(24)}-0`),
        ["<nil>: Invalid value: the name must be spec.group, a dash and spec.slice"],
      ],
      [group({}, `${GROUP}-1`), ["<nil>: Invalid value: the name must be spec.group, a dash and spec.slice"]],
    ])("refuse a group that breaks a rule", async (body, expected) => {
      expect(causes(await client().json("POST", collections.addressGroups, body))).toEqual(expected);
    });

    test("refuse rules in a direction that is not isolated", async () => {
      const namespace = await newNamespace(subject().client);
      const path = `/apis/selvedge.dev/v1alpha1/namespaces/${namespace}/compiledpolicies`;
      const answer = await client().json("POST", path, policy("p", { egress: [rule] }));
      expect(causes(answer)).toEqual([
        "spec: Invalid value: only a direction that is isolated has rules: egress",
      ]);
    });

    test("keep a slice at its group for good", async () => {
      const own = client();
      expect(await own.json("POST", collections.addressGroups, group())).toMatchObject({
        kind: "AddressGroup",
      });
      const path = `${collections.addressGroups}/${GROUP}-0`;
      const merge = { "content-type": "application/merge-patch+json" };
      const moved = await own.json("PATCH", path, { spec: { group: "c".repeat(24) } }, merge);
      expect(causes(moved)).toContain(
        `spec.group: Invalid value: "${"c".repeat(24)}": a slice stays its group's`,
      );
      await own.send("DELETE", path);
    });

    test("fill in what is not said, and drop what is not known", async () => {
      const namespace = await newNamespace(subject().client);
      const own = client();
      const path = `/apis/selvedge.dev/v1alpha1/namespaces/${namespace}/compiledpolicies`;
      const created = await own.json("POST", path, policy("p", { unknown: 1 }));
      expect(created["spec"]).toEqual({ ...(policy("p")["spec"] as Loose), ingress: [], egress: [] });
    });

    test("refuse what is not of their schema, and say where", async () => {
      const namespace = await newNamespace(subject().client);
      const own = client();
      const path = `/apis/selvedge.dev/v1alpha1/namespaces/${namespace}/compiledpolicies`;
      const fields = async (change: Loose): Promise<unknown> =>
        (dig(await own.json("POST", path, policy("p", change)), "details", "causes") as readonly Loose[]).map(
          ({ reason, field }) => [reason, field],
        );
      expect(await fields({ isolates: ["sideways"] })).toContainEqual([
        "FieldValueNotSupported",
        "spec.isolates[0]",
      ]);
      expect(await fields({ ingress: [{ ...rule, ports: { TCP: "x" } }] })).toContainEqual([
        "FieldValueInvalid",
        "spec.ingress[0].ports.TCP",
      ]);
      expect(await fields({ ingress: [{ index: 0 }] })).toContainEqual([
        "FieldValueRequired",
        "spec.ingress[0].peers",
      ]);
      expect(await fields({ isolates: "ingress" })).toContainEqual([
        "FieldValueTypeInvalid",
        "spec.isolates",
      ]);
    });

    test("are shown with their columns", async () => {
      const namespace = await newNamespace(subject().client);
      const own = client();
      const base = `/apis/selvedge.dev/v1alpha1/namespaces/${namespace}/compiledpolicies`;
      await own.json("POST", base, policy("p"));
      const condition = (type: string, status: string, message: string): Loose => ({
        type,
        status,
        message,
        reason: "R",
        lastTransitionTime: "2026-01-01T00:00:00Z",
      });
      const conditions = [condition("Compiled", "True", "all"), condition("Enforced", "False", "1/2 nodes")];
      const merge = { "content-type": "application/merge-patch+json" };
      await own.json("PATCH", `${base}/p/status`, { status: { conditions } }, merge);
      await own.json("POST", collections.addressGroups, group());
      await own.json("POST", collections.enforcerNodes, {
        apiVersion: "selvedge.dev/v1alpha1",
        kind: "EnforcerNode",
        metadata: { name: "n" },
      });
      const accept = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" };
      const table = async (path: string): Promise<unknown> => {
        const answer = await own.json("GET", path, undefined, accept);
        const columns = (answer["columnDefinitions"] as readonly Loose[]).map(({ name, type, priority }) => [
          name,
          type,
          priority,
        ]);
        const rows = answer["rows"] as readonly { readonly cells: readonly unknown[] }[];
        // Ages pass.
        const cells = rows
          .flatMap((row) => row.cells)
          .map((cell) => (typeof cell === "string" && /^\d+s$/u.test(cell) ? "age" : cell));
        return { columns, cells };
      };
      expect(await table(base)).toEqual({
        columns: [
          ["Name", "string", 0],
          ["Compiled", "string", 0],
          ["Enforced", "string", 0],
          ["Nodes", "string", 0],
          ["Age", "date", 0],
        ],
        cells: ["p", "True", "False", "1/2 nodes", "age"],
      });
      expect(await table(collections.addressGroups)).toMatchObject({
        cells: [`${GROUP}-0`, 0, 1, "x", "age"],
      });
      expect(await table(collections.enforcerNodes)).toMatchObject({
        cells: ["n", null, null, null, null, null, null],
      });
      await own.send("DELETE", `${collections.addressGroups}/${GROUP}-0`);
      await own.send("DELETE", `${collections.enforcerNodes}/n`);
    });
  });
}
