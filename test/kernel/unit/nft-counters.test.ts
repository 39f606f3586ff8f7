import { describe, expect, test } from "vitest";
import { countedNftRules } from "../../../src/kernel/counters/counted-rule.ts";
import { policyCounters } from "../../../src/kernel/counters/policy-counters.ts";
import { standingNames } from "../../../src/kernel/denials/standing-names.ts";
import { printedNftTable } from "../../../src/kernel/nftables/printed-table.ts";
import { nftRuleText } from "../../../src/render/rule-text.ts";

const CLASS = "SV-C-ysqtcgw3oerk4vcd3osx3o";

/** As nft 1.0.6 prints it with `--terse`. */
const printed = `table ip selvedge {
	set SV4-G-zwdx5cfagn26la5ipr2wiqsq {
		type ipv4_addr
	}

	map SV4-verdicts-ingress {
		type ipv4_addr : verdict
	}

	chain FORWARD {
		type filter hook forward priority mangle; policy accept;
		ct state ! established,related goto SV-FORWARD comment "a flow is judged when it is new #aaaaaaaaaa"
		tcp flags != syn / fin,syn,rst,ack jump SV-MID-STREAM comment "not a first packet #aaaaaaaaab"
		ip daddr 10.244.1.0/24 jump SV-INGRESS comment "ingress of isolated pods #aaaaaaaaac"
	}

	chain SV-INGRESS {
		ip daddr vmap @SV4-verdicts-ingress comment "an isolated pod, to its class #aaaaaaaaad"
		ip daddr 10.244.1.0/24 ip daddr != @SV4-known-x goto SV-GATE comment "start gate: to an address of this node where no pod is known #aaaaaaaaae"
	}

	chain SV-GATE {
		counter packets 1 bytes 60 drop comment "start gate: closed until this pod is programmed #aaaaaaaaaf"
	}

	chain SV-MID-STREAM {
		ip saddr @SV4-isolated-ingress counter packets 2 bytes 104 drop comment "reply of a flow that was cut #cccccccccc"
	}

	chain ${CLASS} {
		tcp dport 5432 ip saddr @SV4-G-zwdx5cfagn26la5ipr2wiqsq counter packets 4 bytes 240 return comment "shop/db ingress[0] #ctoyutwlw4"
		tcp dport { 80, 443, 8000-8010 } counter packets 1 bytes 60 return comment "shop/db ingress[0] #ctoyutwlw5"
		counter packets 0 bytes 0 return comment "shop/metrics ingress[10] #ctoyutwlw6"
		ip saddr . ip daddr @SV4-self return comment "a pod to itself #ctoyutwlw7"
		limit rate 10/second burst 20 packets log prefix "SV ingress ${CLASS}" group 86 comment "seen #eeeeeeeeee"
		counter packets 4 bytes 240 drop comment "ingress isolated by shop/db, shop/default-deny #sujihrvy3z"
	}
}
`;
const counted = (text: string) => countedNftRules(printedNftTable(text));

describe("the counters of nftables", () => {
  test("are added up by the policy's rule", () => {
    const rules = counted(printed);
    expect(policyCounters([...rules, ...rules])).toEqual({
      rules: [
        { rule: { policy: "shop/db", direction: "ingress", index: 0 }, packets: 10, bytes: 600 },
        { rule: { policy: "shop/metrics", direction: "ingress", index: 10 }, packets: 0, bytes: 0 },
      ],
      denied: [
        { policy: "shop/db", direction: "ingress", packets: 8, bytes: 480 },
        { policy: "shop/default-deny", direction: "ingress", packets: 8, bytes: 480 },
      ],
      cut: [],
      dropped: [
        { reason: "reply of a flow that was cut", packets: 4, bytes: 208 },
        { reason: "start gate: closed until this pod is programmed", packets: 2, bytes: 120 },
      ],
    });
    expect(standingNames({ IPv4: rules, IPv6: [] }).policies).toEqual(
      new Map([[CLASS, ["shop/db", "shop/default-deny", "shop/metrics"]]]),
    );
  });

  test("are the same where what is denied is refused: it is counted once", () => {
    const refused = printed.replace(
      'bytes 240 drop comment "ingress',
      'bytes 240 goto SV-REFUSE comment "ingress',
    );
    const refusing = refused.replace(
      /^}\n/m,
      '\tchain SV-REFUSE {\n\t\tct state invalid drop comment "x #fffffffff2"\n\t\treject comment "refused #fffffffff3"\n\t}\n}\n',
    );
    expect(refusing).toContain("SV-REFUSE comment");
    expect(policyCounters(counted(refusing))).toEqual(policyCounters(counted(printed)));
  });

  test("know a rule by its words without numbers, and its digest", () => {
    const allowed = counted(printed).find(({ chain }) => chain === CLASS);
    expect(allowed).toMatchObject({
      place: 0,
      hash: "ctoyutwlw4",
      rule: 'tcp dport 5432 ip saddr @SV4-G-zwdx5cfagn26la5ipr2wiqsq counter return comment "shop/db ingress[0] #ctoyutwlw4"',
    });
  });

  test("of rules whose names had to be cut are told apart as far as they can be", () => {
    const policy = `shop/${"long-".repeat(30)}`;
    const rule = nftRuleText("counter return", `${policy} ingress[0]`);
    const text = printed.replace(
      /^\t\tcounter packets 0 .*$/m,
      `\t\t${rule.replace("counter", "counter packets 3 bytes 180")}`,
    );
    const { rules, cut } = policyCounters(counted(text));
    expect(rules).toHaveLength(1);
    expect(cut).toEqual([{ comment: `${policy.slice(0, 113)}...`, packets: 3, bytes: 180 }]);
  });
});
