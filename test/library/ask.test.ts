import { describe, expect, it } from "vitest";
import { asking, said } from "./asked.ts";

const pod = (name: string, labels: string, more = ""): string =>
  `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: shop, labels: ${labels}}\n${more}`;
const running = (ip: string, node: string, spec = ""): string =>
  `spec: {nodeName: ${node}, ${spec}}\nstatus: {phase: Running, podIP: "${ip}"}\n`;
const node = (name: string, ip: string): string =>
  `---\napiVersion: v1\nkind: Node\nmetadata: {name: ${name}}\nstatus: {addresses: [{type: InternalIP, address: ${ip}}]}\n`;
const policy = (spec: string, name = "p"): string =>
  `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${name}, namespace: shop}\nspec: ${spec}\n`;
const service = (name: string, spec: string): string =>
  `---\napiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: shop}\nspec: ${spec}\n`;

const web = pod("web", "{app: web}", running("10.244.1.5", "n1"));
const api = pod("api", "{app: api}", running("10.244.2.7", "n2"));
const nodes = node("n1", "192.168.0.1") + node("n2", "192.168.0.2");
const apiFrom = (from: string): string =>
  policy(`{podSelector: {matchLabels: {app: api}}, ingress: [{from: [${from}]}]}`);

describe("ends", () => {
  const apps = `---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db, namespace: shop, uid: u}
spec: {replicas: 2, template: {metadata: {labels: {app: db}}}}
`;
  const member = (i: number): string => `---
apiVersion: v1
kind: Pod
metadata:
  name: db-${i}
  namespace: shop
  labels: {app: db, statefulset.kubernetes.io/pod-name: db-${i}}
  ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: db, uid: u, controller: true}]
spec: {nodeName: n1}
status: {phase: Running, podIP: 10.244.1.1${i}}
`;
  const closed = policy(
    "{podSelector: {matchLabels: {statefulset.kubernetes.io/pod-name: db-1}}, policyTypes: [Ingress]}",
  );
  const cluster = web + api + apps + member(0) + member(1) + closed + nodes;

  it.each([
    ["shop/web", "shop/db-0", "yes"],
    ["shop/pod/web", "shop/pod/db-0", "yes"],
    ["shop/web", "shop/db-1", "no: ingress to shop/db-1 is isolated by shop/p, which allows nothing"],
    [
      "shop/web",
      "shop/sts/db",
      "depends: yes for shop/db-0 TCP/80; no for shop/db-1 TCP/80 (ingress to shop/db-1 is isolated by shop/p, which allows nothing)",
    ],
    [
      "shop/db",
      "shop/statefulsets.apps/db",
      /^depends: yes for shop\/db-1 -> shop\/db-0 TCP\/80; no for shop\/db-0 -> shop\/db-1/,
    ],
    ["shop/web", "10.244.1.11", "no: ingress to 10.244.1.11 is isolated by shop/p, which allows nothing"],
    ["shop/web", "shop/deploy/db", "no Deployment shop/db"],
    ["shop/web", "shop/db/db", "shop/db/db: db is no kind that is an end; want "],
    ["shop/web", "shop/netpol/p", "shop/netpol/p: netpol is no kind that is an end; want "],
    ["shop/web", "node/n9", "no node n9 (there are n1, n2)"],
    ["shop/web", "shop/node/n1", "shop/node/n1: a node is in no namespace: write node/n1"],
    ["web", "shop/api", "no pod or workload default/web"],
  ])("%s to %s: %s", (from, to, answer) => {
    const text = said(asking(cluster)(from, to, "80"));
    if (typeof answer === "string") expect(text.slice(0, answer.length)).toBe(answer);
    else expect(text).toMatch(answer);
  });

  it("looks bare names up in the default namespace", () => {
    expect(said(asking(cluster, "shop")("web", "db-0", "80"))).toBe("yes");
  });

  it("a pod that has finished is nobody, and one without an address yet is there", () => {
    const job = pod("job", "{}", "status: {phase: Succeeded, podIP: 10.244.1.9}\n");
    const pending = pod("new", "{app: api}", "status: {phase: Pending}\n");
    const cluster = web + job + pending + apiFrom("{podSelector: {matchLabels: {app: web}}}");
    expect(said(asking(cluster)("shop/job", "shop/web", "80"))).toMatch(/has finished/);
    expect(said(asking(cluster)("shop/web", "shop/new", "80"))).toBe("yes");
    expect(said(asking(cluster)("203.0.113.9", "shop/new", "80"))).toMatch(/^no: /);
  });
});

describe("a pod that does not exist yet", () => {
  const cluster =
    web +
    api +
    apiFrom(
      "{podSelector: {matchLabels: {app: web}, matchExpressions: [{key: tier, operator: NotIn, values: [db]}]}}",
    );
  it.each([
    ["shop/{app=web}", "yes"],
    ["shop/{app==web, tier!=db,!old}", "yes"],
    ["shop/{app=web,tier=db}", "no: "],
    ["shop/{}", "no: "],
    ["other/{app=web}", "no: "],
    ["shop/{app in (web)}", "shop/{app in (web)}: `in` and `notin` stand for many pods"],
    ["shop/{app}", "shop/{app}: app: any value would do"],
    ["shop/{app=web,app!=web}", "shop/{app=web,app!=web}: app is both wanted and ruled out"],
    ["shop/{app=web,app=api}", "shop/{app=web,app=api}: app cannot be both web and api"],
    ["shop/{a b}", "shop/{a b}: a b is no requirement"],
    ["shop/{app=a b}", "shop/{app=a b}: app=a b: a valid label must be"],
  ])("%s: %s", (from, answer) => {
    expect(said(asking(cluster)(from, "shop/api", "80")).slice(0, answer.length)).toBe(answer);
  });

  it("is judged as a destination, too", () => {
    expect(said(asking(cluster)("shop/api", "shop/{app=api}", "80"))).toMatch(
      /^no: ingress to shop\/\{app=api\}/,
    );
  });
});

describe("addresses and blocks", () => {
  const cluster =
    web +
    api +
    nodes +
    apiFrom("{ipBlock: {cidr: 10.0.0.0/8, except: [10.9.0.0/16]}}, {ipBlock: {cidr: '2001:db8::/32'}}");
  it.each([
    ["10.1.2.3", "yes"],
    ["10.9.2.3", "no: "],
    ["10.1.0.0/16", "yes"],
    ["10.9.9.0/24", "no: "],
    // 10.244.0.0/16 holds two pods, and the rest of it: the rule speaks of all of them.
    ["10.244.1.0/24", "yes"],
    ["11.0.0.0/8", "no: "],
    ["10.8.0.0/15", "depends: yes for 10.8.0.0/16; no for 10.9.0.0/16 (ingress to shop/api is isolated"],
    ["10.9.255.255/32", "no: "],
    ["world", "depends: yes for "],
    // The pod has no address of IPv6, so that part of the world cannot reach it.
    ["2001:db8::/48", "no: 2001:db8::/48 and shop/api share no address family"],
  ])("from %s: %s", (from, answer) => {
    expect(said(asking(cluster)(from, "shop/api", "80")).slice(0, answer.length)).toBe(answer);
  });

  it("a block that nobody else is left in is the pods of it", () => {
    const open = web + api;
    expect(said(asking(open)("10.244.2.7/32", "shop/web", "80"))).toBe("yes");
    expect(said(asking(open)("world", "shop/web", "80"))).toBe("yes");
    expect(said(asking(open)("shop/web", "world", "443"))).toBe("yes");
  });
});

describe("what Kubernetes leaves undefined depends, and is never a yes", () => {
  const agent = pod("agent", "{app: agent}", running("192.168.0.1", "n1", "hostNetwork: true"));
  const cluster = (from: string): string => web + api + agent + nodes + apiFrom(from);

  it("a hostNetwork pod that a selector names", () => {
    expect(
      said(asking(cluster("{podSelector: {matchLabels: {app: agent}}}"))("shop/agent", "shop/api", "80")),
    ).toBe(
      "depends: Kubernetes leaves open whether policies take shop/agent, which uses its node's network, for a pod or for its node; Selvedge denies it",
    );
  });
  it("a hostNetwork pod that a policy would isolate", () => {
    const closed =
      web + agent + nodes + policy("{podSelector: {matchLabels: {app: agent}}, policyTypes: [Ingress]}");
    expect(said(asking(closed)("shop/web", "shop/agent", "80"))).toMatch(
      /^depends: .*a pod or for its node; Selvedge allows it$/,
    );
    const elsewhere =
      web.replace("n1", "n2") +
      agent +
      nodes +
      policy("{podSelector: {matchLabels: {app: agent}}, policyTypes: [Ingress]}");
    expect(said(asking(elsewhere)("shop/web", "shop/agent", "80"))).toMatch(/^depends: /);
  });
  it("another node that a block names: which address it comes with is its network's choice", () => {
    const text = cluster("{ipBlock: {cidr: 192.168.0.0/16}}");
    for (const from of ["node/n1", "192.168.0.1", "shop/agent"])
      expect(said(asking(text)(from, "shop/api", "80"))).toMatch(
        /^depends: .*(?:which address|for its node)/,
      );
  });
  it("yes from a node only where every address may, or it is the pod's own", () => {
    expect(said(asking(cluster("{ipBlock: {cidr: 0.0.0.0/0}}"))("node/n1", "shop/api", "80"))).toBe("yes");
    expect(said(asking(cluster("{podSelector: {}}"))("node/n2", "shop/api", "80"))).toBe("yes");
    expect(said(asking(cluster("{podSelector: {}}"))("node/n1", "shop/api", "80"))).toMatch(/^no: /);
  });
  it("a source that a Service may hide, unless it keeps it", () => {
    const block = apiFrom("{ipBlock: {cidr: 203.0.113.0/24}}");
    const ports = "ports: [{port: 80}], selector: {app: api}";
    const ask = (spec: string): string =>
      said(asking(api + nodes + block + service("s", spec))("203.0.113.9", "shop/svc/s", "80"));
    expect(ask(`{type: LoadBalancer, ${ports}}`)).toMatch(
      /^depends: the Service may put a node's address in the place/,
    );
    expect(ask(`{${ports}}`)).toMatch(/^depends: /);
    expect(ask(`{type: NodePort, externalTrafficPolicy: Local, ${ports}}`)).toBe("yes");
  });
  it("ICMP, wherever a policy has a say, and only there", () => {
    expect(said(asking(cluster("{podSelector: {}}"))("shop/web", "shop/api", "icmp"))).toBe(
      "depends: Kubernetes defines policies for TCP, UDP and SCTP only; Selvedge allows it",
    );
    expect(
      said(asking(cluster("{podSelector: {matchLabels: {a: b}}}"))("shop/web", "shop/api", "ICMP")),
    ).toMatch(/^depends: .*; Selvedge denies it$/);
    expect(said(asking(cluster("{podSelector: {}}"))("shop/api", "shop/web", "icmp"))).toBe("yes");
    expect(said(asking(cluster("{podSelector: {}}"))("shop/api", "shop/api", "icmp"))).toBe("yes");
  });
});

describe("Services", () => {
  const two = (port: number): string =>
    `spec: {nodeName: n1, containers: [{name: c, ports: [{name: http, containerPort: ${port}}]}]}\nstatus: {phase: Running, podIP: "10.244.3.${port % 200}"}\n`;
  const pods =
    web + pod("api-1", "{app: api, v: a}", two(8080)) + pod("api-2", "{app: api, v: b}", two(9090));
  const svc = service(
    "api",
    "{selector: {app: api}, ports: [{name: main, port: 80, targetPort: http}, {port: 53, protocol: UDP}]}",
  );

  it("are followed to each endpoint, port to its own targetPort", () => {
    const answer = asking(pods + svc)("shop/web", "shop/api", "main");
    if (typeof answer === "string") throw new Error(answer);
    expect(answer.service).toBe("shop/api:80");
    expect(answer.parts.map(({ pair }) => [pair.to.name, pair.flow])).toEqual([
      ["shop/api-1", { protocol: "TCP", port: 8080 }],
      ["shop/api-2", { protocol: "TCP", port: 9090 }],
    ]);
    expect(answer.verdict).toBe("allowed");
  });

  it("some endpoints: it depends, and says on which", () => {
    const closed = policy("{podSelector: {matchLabels: {v: b}}, policyTypes: [Ingress]}");
    expect(said(asking(pods + svc + closed)("shop/web", "shop/svc/api", "80"))).toBe(
      "depends: yes for shop/api-1 TCP/8080; no for shop/api-2 TCP/9090 (ingress to shop/api-2 is isolated by shop/p, which allows nothing)",
    );
  });

  it.each([
    ["81", svc, "Service shop/api has no TCP port 81: it has 80/TCP (main), 53/UDP"],
    ["icmp", svc, "Service shop/api passes on its ports only: ask its pods about ICMP"],
    ["53/UDP", svc, "yes"],
    [
      "80",
      service("api", "{selector: {app: gone}, ports: [{port: 80}]}"),
      "no: Service shop/api selects no pod: nobody answers",
    ],
    [
      "80",
      service("api", "{selector: {app: api}, ports: [{port: 80, targetPort: grpc}]}"),
      "no: none of the pods of Service shop/api has a TCP port named grpc: nobody answers",
    ],
    [
      "80",
      service("api", "{type: ExternalName, externalName: example.com, ports: [{port: 80}]}"),
      "depends: Service shop/api is another name for a host outside, whose addresses are not known",
    ],
    [
      "80",
      service("api", "{ports: [{port: 80}]}"),
      "depends: Service shop/api has no selector, and no EndpointSlice says who is behind it",
    ],
  ])("port %s", (port, manifest, answer) => {
    expect(said(asking(pods + manifest)("shop/web", "shop/api", port))).toBe(answer);
  });

  it("without a selector are followed to what their EndpointSlices name", () => {
    const slice = `---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: api-x, namespace: shop, labels: {kubernetes.io/service-name: api}}
addressType: IPv4
endpoints: [{addresses: [10.244.1.5]}, {addresses: [203.0.113.7]}]
ports: [{name: "", port: 5432}]
`;
    const out = policy(
      "{podSelector: {matchLabels: {v: a}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 203.0.113.0/24}}]}]}",
    );
    const answer = asking(pods + service("api", "{ports: [{port: 80}]}") + slice + out)(
      "shop/api-1",
      "shop/api",
      "80",
    );
    expect(said(answer)).toMatch(/^depends: yes for 203\.0\.113\.7 TCP\/5432; no for shop\/web TCP\/5432/);
  });

  it("open no connections", () => {
    expect(said(asking(pods + svc)("shop/svc/api", "shop/web", "80"))).toBe(
      "Service shop/api opens no connections: ask about the pods behind it",
    );
  });
});

describe("ports", () => {
  it.each([
    ["0", "port 0: want 1 to 65535"],
    ["65536", "port 65536: want 1 to 65535"],
    [
      "80/ICMP",
      "port 80/ICMP: protocol ICMP is none of TCP, UDP, SCTP; ICMP has no ports: write icmp in the port's place",
    ],
    ["80/tcp/x", "port 80/tcp/x: want PORT[/PROTO], as in 8080, 53/UDP or http"],
    ["http", "shop/api has no TCP port named http"],
    ["80/udp", "yes"],
  ])("%s", (port, answer) => {
    expect(said(asking(web + api)("shop/web", "shop/api", port))).toBe(answer);
  });
});
