import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Cluster } from "../../../src/core/compile.ts";
import type { NetworkPolicyPort, NetworkPolicySpec } from "../../../src/core/network-policy.ts";
import { protocols } from "../../../src/core/traffic.ts";
import { type Host, plainHost } from "../../../src/render/host.ts";
import { ask, cluster, pod, pods, policy } from "../../support/scenario.ts";
import { backends } from "../backends.ts";
import { describeKernel } from "../support.ts";
import { type Tally, compareWithKernel } from "./compare.ts";
import { Wire } from "./wire.ts";

type Verdicts = Readonly<Record<string, "allowed" | "denied">>;

interface Case {
  readonly name: string;
  readonly cluster: Cluster;
  /** Questions for `ask` of test/support/scenario.ts, to show what the case is about. */
  readonly verdicts: Verdicts;
  /** How many packets to send, where all that the cluster can tell apart would be too many. */
  readonly limit?: number;
}

const onWeb = (spec: Omit<NetworkPolicySpec, "podSelector">): NetworkPolicySpec => ({
  podSelector: { matchLabels: { app: "web" } },
  ...spec,
});
const onClient = (spec: Omit<NetworkPolicySpec, "podSelector">): NetworkPolicySpec => ({
  podSelector: { matchLabels: { app: "client" } },
  ...spec,
});

/** 16 single ports and 2 ranges of each protocol: 20 places, where one multiport match has 15. */
const manyPorts = protocols.flatMap((protocol): NetworkPolicyPort[] => [
  ...Array.from({ length: 16 }, (_, i) => ({ protocol, port: 100 + 2 * i })),
  ...Array.from({ length: 2 }, (_, i) => ({ protocol, port: 1_000 + 20 * i, endPort: 1_009 + 20 * i })),
]);

/** Three levels of the trie in IPv4, and as many in IPv6, whose common prefix is longer. */
const crowd = Array.from({ length: 300 }, (_, i) => {
  const [high, low] = [Math.floor(i / 100), (i % 100) * 2];
  return pod(`shop/p${i}`, {
    labels: { app: i % 3 === 0 ? "web" : "client" },
    ips: [`10.244.${high}.${low}`, `fd00:244::${high}:${low.toString(16)}`],
  });
});

const longName = (letter: string): string => letter.repeat(253);

const cases: readonly Case[] = [
  {
    name: "more ports than one multiport match takes, single and in ranges, of each protocol",
    cluster: cluster([policy(onWeb({ ingress: [{ ports: manyPorts }] }))], { pods: pods.slice(0, 3) }),
    verdicts: {
      "shop/client -> shop/web TCP 100": "allowed",
      "shop/client -> shop/web TCP 101": "denied",
      "shop/client -> shop/web UDP 130": "allowed",
      "shop/client -> shop/web SCTP 1029 over IPv6": "allowed",
      "shop/client -> shop/web SCTP 1030 over IPv6": "denied",
      "shop/client -> shop/web ICMP": "denied",
    },
  },
  {
    name: "the first and the last port, and all but them",
    cluster: cluster([
      policy(onWeb({ ingress: [{ ports: [{ port: 1 }, { port: 65_535 }] }] }), "ends"),
      policy(
        onClient({ policyTypes: ["Egress"], egress: [{ ports: [{ port: 2, endPort: 65_534 }] }] }),
        "middle",
      ),
    ]),
    verdicts: {
      "bank/teller -> shop/web TCP 65535": "allowed",
      "bank/teller -> shop/web TCP 65534": "denied",
      "shop/client -> bank/teller TCP 65534": "allowed",
      "shop/client -> bank/teller TCP 65535": "denied",
    },
  },
  {
    name: "a named port in egress is each destination's own, by protocol",
    cluster: cluster([
      policy(
        onClient({
          policyTypes: ["Egress"],
          egress: [
            { to: [{ podSelector: {} }], ports: [{ port: "http" }, { port: "dns", protocol: "UDP" }] },
          ],
        }),
      ),
    ]),
    verdicts: {
      "shop/client -> shop/web TCP 8080": "allowed",
      "shop/client -> shop/db TCP 9090 over IPv6": "allowed",
      "shop/client -> shop/web TCP 9090": "denied",
      "shop/client -> shop/web UDP 53 over IPv6": "allowed",
      "shop/client -> shop/web TCP 53": "denied",
      "shop/client -> shop/web UDP 8080": "denied",
    },
  },
  {
    name: "a named port in egress that stands for one number under TCP and for another under UDP",
    cluster: cluster(
      [
        policy(
          onClient({
            policyTypes: ["Egress"],
            egress: [{ ports: [{ port: "http" }] }, { ports: [{ port: "http", protocol: "SCTP" }] }],
          }),
        ),
      ],
      {
        pods: [
          pod("shop/client", { labels: { app: "client" }, ips: ["10.0.0.3", "fd00::3"] }),
          pod("shop/web", {
            ips: ["10.0.0.1", "fd00::1"],
            ports: { "http/TCP": 8080, "http/UDP": 7070, "http/SCTP": 6060 },
          }),
        ],
      },
    ),
    verdicts: {
      "shop/client -> shop/web TCP 8080": "allowed",
      "shop/client -> shop/web SCTP 6060 over IPv6": "allowed",
      "shop/client -> shop/web TCP 7070": "denied",
      "shop/client -> shop/web UDP 7070": "denied",
      "shop/client -> shop/web SCTP 8080": "denied",
    },
  },
  {
    name: "a named port in egress to anybody, and to a block",
    cluster: cluster([
      policy(onClient({ policyTypes: ["Egress"], egress: [{ ports: [{ port: "http" }] }] }), "anybody"),
      policy(
        {
          podSelector: { matchLabels: { app: "web" } },
          policyTypes: ["Egress"],
          egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/30" } }], ports: [{ port: "http" }] }],
        },
        "block",
      ),
    ]),
    verdicts: {
      "shop/client -> shop/db TCP 9090 over IPv6": "allowed",
      "shop/client -> bank/teller TCP 9090": "denied",
      "shop/client -> 203.0.113.1 TCP 9090": "denied",
      "shop/web -> shop/db TCP 9090": "allowed",
      "shop/web -> shop/db TCP 9090 over IPv6": "denied",
    },
  },
  {
    name: "except lists, each of its own peer only",
    cluster: cluster([
      policy(
        onWeb({
          ingress: [
            {
              from: [
                { ipBlock: { cidr: "10.0.0.0/16", except: ["10.0.0.2/31", "10.0.0.0/29", "10.0.128.0/17"] } },
                { ipBlock: { cidr: "10.0.0.3/32" } },
                { ipBlock: { cidr: "fd00::/64", except: ["fd00::4/126", "fd00:0:0:0:8000::/65"] } },
              ],
            },
          ],
        }),
      ),
    ]),
    verdicts: {
      "10.0.0.8 -> shop/web TCP 80": "allowed",
      "10.0.0.7 -> shop/web TCP 80": "denied",
      "shop/client -> shop/web TCP 80": "allowed",
      "shop/db -> shop/web TCP 80": "denied",
      "shop/client -> shop/web TCP 80 over IPv6": "allowed",
      "bank/teller -> shop/web TCP 80 over IPv6": "denied",
      "10.0.128.0 -> shop/web ICMP": "denied",
    },
  },
  {
    name: "/0 of one family says nothing of the other, with except and without",
    cluster: cluster([
      policy(onWeb({ ingress: [{ from: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }] }), "four"),
      policy(
        onClient({ ingress: [{ from: [{ ipBlock: { cidr: "::/0", except: ["fd00::1/128"] } }] }] }),
        "six",
      ),
    ]),
    verdicts: {
      "shop/client -> shop/web TCP 80": "allowed",
      "shop/client -> shop/web TCP 80 over IPv6": "denied",
      "203.0.113.1 -> shop/web ICMP": "allowed",
      "shop/web -> shop/client TCP 80": "denied",
      "shop/web -> shop/client TCP 80 over IPv6": "denied",
      "shop/db -> shop/client TCP 80 over IPv6": "allowed",
    },
  },
  {
    name: "pods whose policies have no rules at all",
    cluster: cluster([policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] })]),
    verdicts: {
      "bank/teller -> shop/web TCP 80": "denied",
      "shop/web -> bank/teller TCP 80 over IPv6": "denied",
      "shop/web -> shop/web TCP 80": "allowed",
      "n1 -> shop/web TCP 80": "allowed",
      "n2 -> shop/web TCP 80": "denied",
    },
  },
  {
    name: "names that fill a comment, and more policies of one pod than a comment names",
    cluster: cluster(
      [
        policy(onWeb({ ingress: [{ ports: [{ port: 80 }] }] }), longName("x")),
        policy(onWeb({ ingress: [{ ports: [{ port: 81 }] }] }), longName("y")),
        ...Array.from({ length: 30 }, (_, i) =>
          policy(onWeb({ ingress: [{ ports: [{ port: 1_000 + i }] }] }), `policy-${i}`),
        ),
      ],
      { pods: pods.slice(0, 3) },
    ),
    verdicts: {
      "shop/client -> shop/web TCP 81": "allowed",
      "shop/client -> shop/web TCP 1029 over IPv6": "allowed",
      "shop/client -> shop/web TCP 1030": "denied",
    },
  },
  {
    name: "hundreds of pods, found through several levels of chains in both families",
    cluster: cluster(
      [
        policy(onWeb({ ingress: [{ from: [{ podSelector: { matchLabels: { app: "client" } } }] }] }), "web"),
        policy(
          onClient({ policyTypes: ["Ingress", "Egress"], egress: [{ ports: [{ port: 80 }] }] }),
          "client",
        ),
      ],
      { pods: crowd },
    ),
    verdicts: {
      "shop/p1 -> shop/p297 TCP 80": "allowed",
      "shop/p1 -> shop/p297 TCP 81": "denied",
      "shop/p3 -> shop/p297 TCP 80 over IPv6": "denied",
      "shop/p1 -> shop/p299 TCP 80 over IPv6": "denied",
    },
    limit: 4_000,
  },
];

describeKernel("clusters with a name in a real kernel", () => {
  describe.each(backends)("$name", ({ backend }) => {
    let wire: Wire;
    let verdicts = 0;
    beforeAll(async () => {
      wire = await Wire.open();
    });
    afterAll(async () => {
      await wire.close();
      process.stdout.write(`kernel oracle, named clusters, ${backend}: ${verdicts} verdicts\n`);
    });
    const compare = async (cluster: Cluster, limit: number): Promise<Tally> => {
      const tally = await compareWithKernel(wire, backend, { cluster, limit });
      verdicts += tally.allowed + tally.denied;
      return tally;
    };

    test.each(cases)("$name", async ({ cluster, verdicts, limit = Infinity }) => {
      for (const [question, verdict] of Object.entries(verdicts))
        expect(ask(cluster, question), question).toBe(verdict);
      const { allowed, denied } = await compare(cluster, limit);

      expect(allowed).toBeGreaterThan(0);
      expect(denied).toBeGreaterThan(0);
    });

    // In nftables a set tells who is who: there is nothing of the sort to be without.
    if (backend !== "nftables") {
      test("a pod reaches itself, and isolation stands, without xt_bpf", async () => {
        const isolated = cluster([policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] })]);
        const host: Host = { ...plainHost, selfTraffic: "listed" };
        const { allowed, denied } = await compareWithKernel(wire, backend, {
          cluster: isolated,
          limit: Infinity,
          host,
        });
        expect(
          await wire.exec({ command: `iptables-${backend}-save`, args: ["-t", "mangle"] }),
        ).toMatchObject({
          code: 0,
          stdout: expect.not.stringContaining("bpf"),
        });
        expect(allowed).toBeGreaterThan(0);
        expect(denied).toBeGreaterThan(0);
      });
    }

    test("nothing is in the way where there is no policy", async () => {
      const tally = await compare(cluster([]), Infinity);

      expect(tally.allowed).toBeGreaterThan(0);
      expect(tally.denied).toBe(0);
    });
  });
});
