/*
 * The daemons through their life against an API server that notes what is asked of it: everything is granted by the roles that
 * are shipped, and nothing is granted that nobody asks for.
 */
import { describe, expect, test } from "vitest";
import { type Manifest, renderChart } from "../../scripts/deploy/manifests/render-chart.ts";
import { ready, NODE, PATIENCE, onlyFront, pod } from "../daemon/fixture.ts";
import { shipped } from "./container/pod-spec.ts";
import { describeHelm } from "./describe-helm.ts";
import { askText } from "./rbac/ask.ts";
import { type Grant, grantsTo, isGranted } from "./rbac/grant.ts";
import { type Life, startLife } from "./rbac/life.ts";

const node = (name: string, podCIDR: string) => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name },
  spec: { podCIDR, podCIDRs: [podCIDR] },
});

const seedCluster = ({ api }: Life): void => {
  for (const each of [
    node(NODE, "10.244.1.0/24"),
    node("n2", "10.244.2.0/24"),
    pod("db", "10.244.1.2"),
    pod("front", "10.244.2.2", { node: "n2" }),
    onlyFront,
  ])
    api.seed(each);
};

const POLICY = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies/only-front";
const GROUPS = "/apis/selvedge.dev/v1alpha1/addressgroups";

const DEFINITION = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/compiledpolicies.selvedge.dev";

type Loose = Readonly<Record<string, unknown>>;
type CustomResourceDefinition = Manifest & { readonly spec: { readonly versions: readonly Loose[] } };

/** The definition of CompiledPolicies, so that none may have a rule of ingress. */
function withoutIngress(definition: CustomResourceDefinition): CustomResourceDefinition {
  const text = JSON.stringify(definition.spec);
  const strict = text.replaceAll('"ingress":{', '"ingress":{"maxItems":0,');
  return { ...definition, spec: JSON.parse(strict) as CustomResourceDefinition["spec"] };
}

const merge = (life: Life, path: string, body: unknown): Promise<unknown> =>
  life.user.request({ method: "PATCH", path, contentType: "application/merge-patch+json", body });

const names = ({ api }: Life, resource: string): string[] =>
  api.objects(`${resource}.selvedge.dev`).map(({ metadata }) => metadata.name ?? "");

/** That a component asks for what it is granted, and is granted what it asks for. */
function expectLeast(life: Life, component: "controller" | "enforcer", manifests: readonly Manifest[]): void {
  const grants = grantsTo(`selvedge-${component}`, manifests);
  const asked = life.asked(component);
  expect(grants.length).toBeGreaterThan(0);
  const denied = asked.filter((ask) => !grants.some((grant) => isGranted(grant, ask)));
  expect(denied.map(askText), "asked and not granted").toEqual([]);
  const unused = grants.filter((grant) => !asked.some((ask) => isGranted(grant, ask)));
  const text = ({ name = "", namespace = "", ...rest }: Grant): string =>
    askText({ ...rest, name, namespace });
  expect(unused.map(text), "granted and not asked").toEqual([]);
}

/** Everything that a controller and an enforcer ever do, as far as the API server sees it. */
async function live(life: Life): Promise<void> {
  seedCluster(life);
  const endFirst = life.controller("first");
  await expect.poll(() => names(life, "compiledpolicies"), PATIENCE).toEqual(["only-front"]);
  const endSecond = life.controller("second");
  const first = life.enforcer("controller");
  await ready(first);
  await expect.poll(() => names(life, "enforcernodes"), PATIENCE).toEqual([NODE]);
  await expect
    .poll(() => JSON.stringify(life.api.objects("compiledpolicies.selvedge.dev")[0]?.["status"]), PATIENCE)
    .toMatch(/"type":"Enforced".*"status":"True"|"status":"True".*"type":"Enforced"/);

  // What somebody edited by hand is put right, also where it goes not together with what is applied.
  const [group = ""] = names(life, "addressgroups");
  const standing = (): string[] =>
    life.api.objects("addressgroups.selvedge.dev").map((each) => JSON.stringify(each["spec"]));
  const published = standing();
  await merge(life, `${GROUPS}/${group}`, {
    spec: { namespace: null, namespaceSelector: { matchExpressions: [] } },
  });
  await expect.poll(standing, PATIENCE).toEqual(published);

  // In the middle of an upgrade a definition may be stricter than the controller.
  const definition = (await life.user.request({ path: DEFINITION })) as CustomResourceDefinition;
  await life.user.request({ method: "PUT", path: DEFINITION, body: withoutIngress(definition) });
  await merge(life, POLICY, {
    spec: { ingress: [{ from: [{ podSelector: { matchLabels: { app: "x" } } }] }] },
  });
  const hasTried = (): boolean =>
    life
      .asked("controller")
      .some(({ verb, resource }) => verb === "update" && resource === "compiledpolicies");
  await expect.poll(hasTried, PATIENCE).toBe(true);
  const now = (await life.user.request({ path: DEFINITION })) as CustomResourceDefinition;
  await life.user.request({ method: "PUT", path: DEFINITION, body: { ...now, spec: definition.spec } });

  // A pod of another node has an address of this node's.
  life.api.seed(pod("guest", "10.244.1.77", { node: "n2" }));
  await expect
    .poll(() => JSON.stringify(life.api.objects("enforcernodes.selvedge.dev")), PATIENCE)
    .toContain("default/guest");

  await merge(life, POLICY, {
    spec: { ingress: [{ from: [{ podSelector: { matchLabels: { app: "db" } } }] }] },
  });
  await expect.poll(() => names(life, "addressgroups"), PATIENCE).not.toContain(group);
  // What no NetworkPolicy owns is the controller's own to delete.
  const [left] = life.api.objects("compiledpolicies.selvedge.dev");
  life.api.seed({
    apiVersion: "selvedge.dev/v1alpha1",
    kind: "CompiledPolicy",
    metadata: { namespace: "default", name: "stray" },
    spec: left?.["spec"],
  });
  await expect.poll(() => names(life, "compiledpolicies"), PATIENCE).toEqual(["only-front"]);
  await life.user.request({ method: "DELETE", path: POLICY });
  await expect
    .poll(() => [...names(life, "compiledpolicies"), ...names(life, "addressgroups")], PATIENCE)
    .toEqual([]);

  await life.denial();
  await first.stop();
  await ready(life.enforcer("controller"));
  await endFirst();
  life.api.seed(onlyFront);
  await expect.poll(() => names(life, "compiledpolicies"), PATIENCE).toEqual(["only-front"]);
  await endSecond();
}

describe("roles grant what is asked for, and nothing else", () => {
  test("of controllers and their enforcers", async () => {
    const manifests = shipped("selvedge.yaml");
    const life = await startLife(manifests);
    await live(life);
    expectLeast(life, "controller", manifests);
    expectLeast(life, "enforcer", manifests);
  });

  test("service accounts have no other rights, and no token that their pod does not ask for", () => {
    const manifests = shipped("selvedge.yaml");
    expect(
      manifests
        .filter(({ kind }) => kind === "ServiceAccount")
        .map((each) => each["automountServiceAccountToken"]),
    ).toEqual([false, false]);
    const everything = [
      ...grantsTo("selvedge-controller", manifests),
      ...grantsTo("selvedge-enforcer", manifests),
    ];
    expect(everything.filter(({ verb, group, resource }) => [verb, group, resource].includes("*"))).toEqual(
      [],
    );
    expect(everything.filter(({ resource }) => resource === "secrets")).toEqual([]);
  });
});

describeHelm("roles of the chart's other settings", () => {
  test("an enforcer that compiles for itself", async () => {
    const manifests = await renderChart({ standalone: true });
    const life = await startLife(shipped("selvedge.yaml"));
    seedCluster(life);
    await ready(life.enforcer("standalone"));
    await life.denial();
    expectLeast(life, "enforcer", manifests);
  });

  test("without Events", async () => {
    const manifests = await renderChart({ standalone: true, events: false });
    const life = await startLife(shipped("selvedge.yaml"));
    seedCluster(life);
    await ready(life.enforcer("standalone"));
    expectLeast(life, "enforcer", manifests);
  });
});
