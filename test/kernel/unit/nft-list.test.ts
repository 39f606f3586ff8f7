import { describe, expect, test } from "vitest";
import { noFamily, parseNftList } from "../../../src/kernel/nftables/parse-nft-list.ts";
import { ruleIdentity } from "../../../src/kernel/rule-identity.ts";
import { nftRule } from "./nft-rulesets.ts";

const drop = nftRule("counter drop", "ingress isolated by shop/api");

/** What nft 1.0.6 prints. */
const table = (...lines: readonly string[]): string => `table ip selvedge {\n${lines.join("\n")}\n}\n`;

const FORWARD = `	chain FORWARD {
		type filter hook forward priority mangle; policy accept;
		${drop}
	}`;

describe("what nft lists", () => {
  test("sets of every kind, in the words of our entries", () => {
    const { sets } = parseNftList(
      table(
        `	set SV4-G-a {
		typeof ip saddr
		elements = { 10.0.0.1, 10.0.0.2,
			     10.0.0.3 }
	}

	set SV4-G-b {
		typeof ip saddr
	}

	set SV4-N-a {
		typeof ip saddr
		flags interval
		elements = { 0.0.0.0/1, 192.0.2.7,
			     198.51.100.0-198.51.100.9 }
	}

	set SV4-P-a {
		type ipv4_addr . inet_proto . inet_service
		elements = { 10.0.0.1 . tcp . 80,
			     10.0.0.1 . 132 . 8080 }
	}

	set SV4-self {
		type ipv4_addr . ipv4_addr
		size 64
		elements = { 10.0.0.1 . 10.0.0.1 comment "shop/web",
			     10.0.0.2 . 10.0.0.2 }
	}

	map SV4-verdicts-ingress {
		typeof ip saddr : verdict
		elements = { 10.244.1.17 : goto SV-C-x, 10.244.1.18 : drop }
	}

	map SV4-ports-ingress {
		typeof ip daddr . meta l4proto . th dport : verdict
		size 2048
		elements = { 10.244.1.17 . tcp . 443 : goto SV-C-x-tcp-443,
			     10.244.1.17 . 17 . 53 : goto SV-C-x-udp-53 }
	}`,
      ),
      "IPv4",
    );
    expect(sets).toEqual(
      new Map([
        ["SV4-G-a", { type: "hash:ip", entries: new Set(["10.0.0.1", "10.0.0.2", "10.0.0.3"]) }],
        ["SV4-G-b", { type: "hash:ip", entries: new Set() }],
        [
          "SV4-N-a",
          { type: "hash:net", entries: new Set(["0.0.0.0/1", "192.0.2.7", "198.51.100.0-198.51.100.9"]) },
        ],
        ["SV4-P-a", { type: "hash:ip,port", entries: new Set(["10.0.0.1,tcp:80", "10.0.0.1,sctp:8080"]) }],
        [
          "SV4-self",
          {
            type: "pairs",
            room: 64,
            entries: new Set(['10.0.0.1 . 10.0.0.1 comment "shop/web"', "10.0.0.2 . 10.0.0.2"]),
          },
        ],
        [
          "SV4-verdicts-ingress",
          { type: "verdicts", entries: new Set(["10.244.1.17 : goto SV-C-x", "10.244.1.18 : drop"]) },
        ],
        [
          "SV4-ports-ingress",
          {
            type: "port-verdicts",
            room: 2048,
            entries: new Set([
              "10.244.1.17 . tcp . 443 : goto SV-C-x-tcp-443",
              "10.244.1.17 . udp . 53 : goto SV-C-x-udp-53",
            ]),
          },
        ],
      ]),
    );
  });

  test("addresses of IPv6 as we write them, whatever part of them nft prints as an IPv4 address", () => {
    const { sets } = parseNftList(
      table(`	set SV6-G-a {
		typeof ip6 saddr
		elements = { ::ffff:1.2.3.4, fd00::1 }
	}

	map SV6-verdicts-egress {
		typeof ip6 saddr : verdict
		elements = { ::ffff:1.2.3.4 : goto SV-C-x }
	}`),
      "IPv6",
    );
    expect([...sets.values()].map(({ entries }) => [...entries])).toEqual([
      ["::ffff:102:304", "fd00::1"],
      ["::ffff:102:304 : goto SV-C-x"],
    ]);
  });

  test("chains rule by rule; what is not ours is nobody's", () => {
    const { table: standing } = parseNftList(
      table(
        FORWARD,
        "",
        "	chain SV-C-a {",
        "	}",
        "",
        "	chain theirs {",
        "		ip saddr 10.0.0.1 accept",
        `		${drop}`,
        '		tcp dport 80 accept comment "a } b"',
        "	}",
      ),
      "IPv4",
    );
    expect(standing.chains).toEqual(
      new Map([
        ["FORWARD", [drop]],
        ["SV-C-a", []],
        ["theirs", [undefined, drop, undefined]],
      ]),
    );
  });

  test("newer ones say how many are in a set, which we know", () => {
    const set =
      "	set SV4-G-a {\n		typeof ip saddr\n		size 64	# count 1\n		elements = { 10.0.0.1 }\n	}";
    expect(parseNftList(table(set), "IPv4").sets).toEqual(
      new Map([["SV4-G-a", { type: "hash:ip", room: 64, entries: new Set(["10.0.0.1"]) }]]),
    );
  });

  test.each([
    ["a table that is dormant", table("	flags dormant", FORWARD)],
    ["a table with a comment", table('	comment "theirs"', FORWARD)],
    ["a base chain of another priority", table(FORWARD.replace("mangle", "filter"))],
    ["a base chain that drops", table(FORWARD.replace("policy accept", "policy drop"))],
    ["a base chain that nothing is led into", table(FORWARD.replace(/\t\ttype .*\n/, ""))],
    ["a base chain that we do not have", table(FORWARD.replace("FORWARD", "SV-C-a"))],
    ["a chain with a comment", table(FORWARD.replace("{\n", '{\n\t\tcomment "theirs"\n'))],
    ["a set with a time-out", table("	set SV4-G-a {\n		typeof ip saddr\n		flags timeout\n	}", FORWARD)],
    ["a set with a size", table("	set SV4-G-a {\n		typeof ip saddr\n		size 7\n	}", FORWARD)],
    ["a set of another type", table("	set SV4-G-a {\n		type mark\n	}", FORWARD)],
    ["a map in a set's place", table("	map SV4-G-a {\n		type ipv4_addr : mark\n	}", FORWARD)],
    [
      "an element with a comment",
      table(
        '	set SV4-G-a {\n		typeof ip saddr\n		elements = { 10.0.0.1 comment "theirs" }\n	}',
        FORWARD,
      ),
    ],
    [
      "an element that ends by itself",
      table(
        "	set SV4-N-a {\n		typeof ip saddr\n		flags interval\n		elements = { 10.0.0.0/8 expires 3s }\n	}",
        FORWARD,
      ),
    ],
    ["a set of the other family", table("	set SV6-G-a {\n		typeof ip saddr\n	}", FORWARD)],
    ["an object", table("	counter theirs {\n		packets 0 bytes 0\n	}", FORWARD)],
    ["a listing that is cut off", table(FORWARD).slice(0, -5)],
  ])("%s is no table of ours: nothing stands", (_, text) => {
    expect(parseNftList(text, "IPv4")).toEqual(noFamily);
  });
});

test("a rule of nft is known by all of its words in their order, if it carries a digest", () => {
  const rule = nftRule('iifname "cni0" ip saddr 10.0.0.1 counter return', "shop/api ingress[0]");
  expect(ruleIdentity(rule)).toBe(rule);
  expect(ruleIdentity('ip saddr 10.0.0.1 return comment "theirs"')).toBeUndefined();
});
