import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type LoadedCluster,
  ManifestError,
  type Party,
  allTraffic,
  connectivityMap,
  formatPorts,
  isNoTraffic,
  isTrafficSubset,
  loadCluster,
  noTraffic,
  parseCluster,
  portRange,
  reach,
  sourceProblemText,
  trafficOf,
} from "../../src/index.ts";

const pod = (name: string, more = ""): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name}, labels: { app: ${name} } }\n${more}---\n`;
const ips = (...addresses: readonly string[]): string =>
  `status: { phase: Running, podIPs: [${addresses.map((ip) => `{ ip: "${ip}" }`).join(", ")}] }\n`;
const policy = (name: string, spec: string): string =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: ${name} }\nspec: ${spec}\n---\n`;
const deployment = (name: string, replicas: number): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name} }\n` +
  `spec: { replicas: ${replicas}, template: { metadata: { labels: { app: ${name} } } } }\n---\n`;

const tcp = (port: number): ReturnType<typeof trafficOf> => trafficOf("TCP", [portRange(port, port)]);

function problemsOf(loading: Promise<LoadedCluster>): Promise<readonly string[]> {
  return loading.then(
    () => [],
    (error: unknown) => {
      if (error instanceof ManifestError) return error.problems.map(sourceProblemText);
      throw error;
    },
  );
}

describe("loadCluster", () => {
  it("reads folders as the command line does", async () => {
    const { parties, cluster, program } = await loadCluster(["fixtures/shop"]);
    expect(parties.map(({ name }) => name)).toContain("shop/front");
    expect(cluster.policies.length).toBe(program.tiers.flatMap(({ policies }) => policies).length);
    expect(connectivityMap(program, parties).entries.length).toBeGreaterThan(0);
  });

  it("throws all that is wrong, with its place", async () => {
    const bad = policy("web", "{ podSelector: {}, ingress: [{ ports: [{ port: 0 }] }] }");
    const loading = parseCluster(bad, "web.yaml");
    await expect(loading).rejects.toThrow(/^1 problem in the manifests\nweb\.yaml:4:/);
    expect(await problemsOf(loading)).toEqual([
      expect.stringMatching(
        /NetworkPolicy default\/web: spec\.ingress\[0\]\.ports\[0\]\.port: Invalid value: 0/,
      ),
    ]);
  });

  it("throws for what is not there, rather than answer for an empty cluster", async () => {
    expect(await problemsOf(loadCluster(["no/such/folder"]))).toEqual([
      "no/such/folder: no such file or folder",
    ]);
  });

  it("says what it passed over, and warns", async () => {
    const text = `${pod("web")}${deployment("web", 1)}apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\n`;
    const { ignored, warnings } = await parseCluster(text);
    expect([...ignored]).toEqual([["ConfigMap", 1]]);
    expect(warnings.map(sourceProblemText)).toEqual([
      expect.stringContaining("goes by default/web.deployment"),
    ]);
  });

  it("finds parties by name and by address", async () => {
    const { party } = await parseCluster(pod("web", ips("10.0.0.1")));
    expect(party("web")).toEqual(party("default/web"));
    expect(party("10.0.0.1").end).toMatchObject({ kind: "pod", pod: { name: "web" } });
    expect(party("10.0.0.2").end).toMatchObject({ kind: "address" });
    expect(() => party("shop/web")).toThrow("no pod or workload shop/web (there are default/web)");
  });
});

describe("outside", () => {
  const blocks = policy(
    "web",
    `{ podSelector: {}, policyTypes: [Ingress, Egress], ingress: [
      { from: [{ ipBlock: { cidr: 10.0.0.0/24, except: [10.0.0.64/26] } }], ports: [{ port: 80 }] },
      { from: [{ ipBlock: { cidr: 203.0.113.9/32 } }, { ipBlock: { cidr: "2001:db8::8/125" } }] }],
      egress: [{ to: [{ ipBlock: { cidr: 10.0.0.128/25 } }], ports: [{ port: 53, protocol: UDP }] }] }`,
  );

  it("has addresses that nobody in the cluster has", async () => {
    // Pods have all that the /32 has, and the first that the /24 has.
    const text = blocks + pod("web", ips("203.0.113.9")) + pod("client", ips("10.0.0.0"));
    const { outside, party } = await parseCluster(text);
    const names = outside.map(({ name }) => name);
    expect(names).toContain("10.0.0.1");
    expect(names).not.toContain("203.0.113.9");
    for (const each of outside) expect(each).toEqual(party(each.name));
  });

  it("has one of each sort that the policies tell apart, down to a single address", async () => {
    const { outside, party, program } = await parseCluster(blocks + pod("web"));
    const web = party("web");
    const answers = (asker: Party): string =>
      JSON.stringify([reach(program, asker, web), reach(program, web, asker)]);
    const known = new Set(outside.map(answers));
    const octet = fc.nat(255);
    const address = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      octet.map((last) => `10.0.0.${last}`),
      octet.map((last) => `203.0.113.${last}`),
      octet.map((last) => `2001:db8::${last.toString(16)}`),
    );
    fc.assert(
      fc.property(address, (text) => known.has(answers(party(text)))),
      { numRuns: 1000 },
    );
    expect(outside.map(({ name }) => name).join(" ")).toBe(
      "0.0.0.0 10.0.0.0 10.0.0.64 10.0.0.128 10.0.1.0 203.0.113.9 203.0.113.10 :: 2001:db8::8 2001:db8::10",
    );
  });
});

describe("reach", () => {
  it("is over at least one family", async () => {
    const text =
      pod("web", ips("10.0.0.1", "2001:db8::1")) +
      pod("client", ips("10.0.0.2", "2001:db8::2")) +
      policy(
        "web",
        `{ podSelector: { matchLabels: { app: web } }, ingress: [
          { from: [{ ipBlock: { cidr: 10.0.0.0/8 } }], ports: [{ port: 80 }] },
          { from: [{ ipBlock: { cidr: "2001:db8::/32" } }], ports: [{ port: 443 }] }] }`,
      );
    const { party, program } = await parseCluster(text);
    const { certain, possible } = reach(program, party("client"), party("web"));
    expect(formatPorts(certain.TCP)).toBe("80,443");
    expect(possible).toEqual(certain);
  });

  it("asks a workload of several about two of its pods, and one pod about itself", async () => {
    const closed = policy("closed", "{ podSelector: {} }");
    const { party, program } = await parseCluster(deployment("two", 2) + deployment("one", 1) + closed);
    expect(reach(program, party("two"), party("two")).possible).toEqual(noTraffic);
    expect(reach(program, party("one"), party("one")).certain).toEqual(allTraffic);
  });

  it("keeps apart what is certain and what hangs on unknown addresses", async () => {
    const text =
      pod("web") +
      pod("client") +
      policy(
        "web",
        "{ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/8 } }], ports: [{ port: 80 }] }] }",
      );
    const { party, program } = await parseCluster(text);
    expect(reach(program, party("client"), party("web"))).toEqual({ certain: noTraffic, possible: tcp(80) });
  });

  it("never is certain of what is impossible", async () => {
    const { parties, party, program } = await loadCluster(["fixtures"]);
    const anyone = fc.oneof(fc.constantFrom(...parties), fc.ipV4().map(party), fc.ipV6().map(party));
    fc.assert(
      fc.property(anyone, anyone, (from, to) => {
        const { certain, possible } = reach(program, from, to);
        return isTrafficSubset(certain, possible);
      }),
    );
  });

  it("is the map's answer", async () => {
    const { parties, program } = await loadCluster(["fixtures/shop"]);
    const { entries } = connectivityMap(program, parties);
    const pairs = parties.flatMap((from) => parties.map((to) => ({ from, to })));
    const reaching = pairs.filter(({ from, to }) => !isNoTraffic(reach(program, from, to).certain));
    expect(reaching.length).toBe(entries.length);
    for (const { from, to } of reaching) {
      const entry = entries.find((each) => each.from.pod === from.name && each.to.pod === to.name);
      expect(entry?.allowed.TCP).toBe(formatPorts(reach(program, from, to).certain.TCP));
    }
  });
});
