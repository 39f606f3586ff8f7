import { describe, expect, it, vi } from "vitest";
import { PATIENCE } from "../fixture.ts";
import type { KubeObject } from "../../../src/lab/apiserver/kube-object.ts";
import { fromAddressGroupSpecs } from "../../../src/kube/wire/address-group.ts";
import { controlledCluster, pod, policiesPath, policy, quiet } from "./fixture.ts";

const POLICIES = "compiledpolicies.selvedge.dev";
const GROUPS = "addressgroups.selvedge.dev";

const names = (objects: readonly KubeObject[]): string[] =>
  objects.map(({ metadata }) => String(metadata.name)).sort();

const specOf = (object: KubeObject | undefined): Readonly<Record<string, unknown>> =>
  (object?.["spec"] ?? {}) as Readonly<Record<string, unknown>>;

const web = policy("web", {
  podSelector: { matchLabels: { app: "web" } },
  ingress: [{ from: [{ podSelector: { matchLabels: { app: "front" } } }], ports: [{ port: 80 }] }],
});

describe("a controller", () => {
  it("publishes each policy in normal form, owned by its NetworkPolicy, and the groups that it names", async () => {
    const cluster = await controlledCluster();
    const { server, request } = cluster;
    server.seed(pod("front-1", { app: "front" }, { ip: "10.0.0.1" }));
    const controller = cluster.start();
    const created = (await request("POST", policiesPath(), web)) as KubeObject;
    await vi.waitFor(() => expect(server.objects(POLICIES)).toHaveLength(1), PATIENCE);
    const [compiled] = server.objects(POLICIES);
    expect(compiled?.metadata).toMatchObject({
      name: "web",
      namespace: "default",
      ownerReferences: [{ kind: "NetworkPolicy", name: "web", uid: created.metadata.uid, controller: true }],
    });
    expect(specOf(compiled)).toMatchObject({
      source: { uid: created.metadata.uid, generation: 1 },
      isolates: ["ingress"],
      ingress: [{ index: 0, ports: { TCP: "80" } }],
      egress: [],
    });
    const groups = server.objects(GROUPS).map(specOf);
    expect(fromAddressGroupSpecs(groups)?.members.map(({ pod: key }) => key)).toEqual(["default/front-1"]);
    expect(controller.errors).toEqual([]);
  });

  it("follows pods into groups, and takes away what nobody declares any more", async () => {
    const cluster = await controlledCluster();
    const { server, request } = cluster;
    cluster.start();
    await request("POST", policiesPath(), web);
    server.seed(pod("front-1", { app: "front" }, { ip: "10.0.0.1" }));
    const members = (): unknown =>
      fromAddressGroupSpecs(server.objects(GROUPS).map(specOf))?.members.map(({ pod: key }) => key);
    await vi.waitFor(() => expect(members()).toEqual(["default/front-1"]), PATIENCE);
    server.seed(pod("front-2", { app: "front" }, { ip: "10.0.0.2" }));
    await vi.waitFor(() => expect(members()).toEqual(["default/front-1", "default/front-2"]), PATIENCE);
    await request("DELETE", `${policiesPath()}/web`);
    await vi.waitFor(
      () => expect([...server.objects(POLICIES), ...server.objects(GROUPS)]).toEqual([]),
      PATIENCE,
    );
  });

  it("writes nothing when it starts and nothing has changed", async () => {
    const cluster = await controlledCluster();
    const { server, request, writes } = cluster;
    server.seed(pod("front-1", { app: "front" }, { ip: "10.0.0.1" }));
    await request("POST", policiesPath(), web);
    await request("POST", policiesPath(), policy("bad", { podSelector: {}, policyTypes: ["Egress"] }));
    const first = cluster.start();
    await vi.waitFor(() => expect(first.compiled).toHaveLength(2), PATIENCE);
    await quiet(cluster);
    await first.stop();
    const before = writes.length;
    const second = cluster.start();
    await vi.waitFor(() => expect(second.passes.length).toBeGreaterThan(0), PATIENCE);
    await quiet(cluster);
    expect(writes.slice(before)).toEqual([]);
    expect(second.compiled).toEqual([]);
    expect(second.enforced).toEqual([]);
  });

  it("puts back what was edited, deleted or added by hand", async () => {
    const cluster = await controlledCluster();
    const { server, request } = cluster;
    server.seed(pod("front-1", { app: "front" }, { ip: "10.0.0.1" }));
    await request("POST", policiesPath(), web);
    cluster.start();
    await vi.waitFor(() => expect(server.objects(POLICIES)).toHaveLength(1), PATIENCE);
    await quiet(cluster);
    const spec = specOf(server.objects(POLICIES)[0]);
    const compiled = "/apis/selvedge.dev/v1alpha1/namespaces/default/compiledpolicies/web";
    await request("PATCH", compiled, { spec: { isolates: [], ingress: [] } });
    await vi.waitFor(() => expect(specOf(server.objects(POLICIES)[0])).toEqual(spec), PATIENCE);
    await request("DELETE", compiled);
    await vi.waitFor(() => expect(specOf(server.objects(POLICIES)[0])).toEqual(spec), PATIENCE);
    const [group] = server.objects(GROUPS);
    const path = `/apis/selvedge.dev/v1alpha1/addressgroups/${String(group?.metadata.name)}`;
    // A field that the controller does not write belongs to whoever does, as server-side apply has it, and this one does not
    // go with the one that it does write.
    const byHand = { namespace: null, namespaceSelector: { matchExpressions: [] } };
    await request("PATCH", path, { spec: byHand });
    await vi.waitFor(() => expect(specOf(server.objects(GROUPS)[0])).toEqual(specOf(group)), PATIENCE);
    await request("POST", "/apis/selvedge.dev/v1alpha1/addressgroups", {
      apiVersion: "selvedge.dev/v1alpha1",
      kind: "AddressGroup",
      metadata: { name: `${"a".repeat(24)}-0` },
      spec: { ...specOf(group), group: "a".repeat(24) },
    });
    await vi.waitFor(() => expect(names(server.objects(GROUPS))).toEqual([group?.metadata.name]), PATIENCE);
  });

  it("says what is wrong with a policy, and publishes what isolates all the same", async () => {
    // As a server before 1.36 may have stored it.
    const cluster = await controlledCluster({ validate: () => [] });
    const { server, request } = cluster;
    const controller = cluster.start();
    await request(
      "POST",
      policiesPath(),
      policy("odd", { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: "nonsense" } }] }] }),
    );
    const condition = (): unknown => {
      const status = server.objects(POLICIES)[0]?.["status"] as
        | { conditions?: readonly { type: string; status: string; message: string }[] }
        | undefined;
      return status?.conditions?.find(({ type }) => type === "Compiled");
    };
    await vi.waitFor(
      () => expect(condition()).toMatchObject({ status: "False", reason: "Invalid" }),
      PATIENCE,
    );
    expect(condition()).toMatchObject({
      message: expect.stringContaining("spec.ingress[0].from[0].ipBlock.cidr") as unknown,
    });
    expect(specOf(server.objects(POLICIES)[0])).toMatchObject({ isolates: ["ingress"], ingress: [] });
    await vi.waitFor(() => expect(controller.compiled[0]?.problems).toHaveLength(1), PATIENCE);
  });
});
