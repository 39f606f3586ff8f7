import { expect, test } from "vitest";
import { printedNftTable } from "../../../src/kernel/nftables/printed-table.ts";

const HOOK = "type filter hook forward priority mangle; policy accept;";

test("a chain's own comment is none of its rules, and hides no hook", () => {
  const { chains } = printedNftTable(`table ip selvedge {
	chain FORWARD {
		comment "theirs"
		${HOOK}
		accept comment "a rule's"
	}

	chain SV-INGRESS {
		comment "theirs"
		drop
	}

	chain SV-GATE {
		comment "theirs"
	}
}
`);
  expect(chains).toEqual([
    { name: "FORWARD", declaration: HOOK, rules: ['accept comment "a rule\'s"'] },
    { name: "SV-INGRESS", declaration: undefined, rules: ["drop"] },
    { name: "SV-GATE", declaration: undefined, rules: [] },
  ]);
});

test("sets and maps have options and elements, whatever an element's comment holds", () => {
  const { flags, sets } = printedNftTable(`table ip6 selvedge {
	comment "theirs"
	flags owner,dormant

	map SV6-verdicts-ingress {
		typeof ip6 saddr : verdict
		elements = { fd00::1 : goto SV-C-a,
			     fd00::2 : drop }
	}

	set SV6-N-a {
		type ipv6_addr
		flags interval
		elements = { fd00::/64 comment "a, b", fd01::-fd01::7 }
	}

	set SV6-G-a {
		typeof ip6 saddr
	}

	counter theirs {
		packets 0 bytes 0
	}
}
`);
  expect(flags).toEqual(["owner", "dormant"]);
  expect(sets).toEqual([
    {
      kind: "map",
      name: "SV6-verdicts-ingress",
      options: ["typeof ip6 saddr : verdict"],
      elements: ["fd00::1 : goto SV-C-a", "fd00::2 : drop"],
    },
    {
      kind: "set",
      name: "SV6-N-a",
      options: ["type ipv6_addr", "flags interval"],
      elements: ['fd00::/64 comment "a, b"', "fd01::-fd01::7"],
    },
    { kind: "set", name: "SV6-G-a", options: ["typeof ip6 saddr"], elements: [] },
  ]);
});
