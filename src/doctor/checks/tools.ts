import { variants } from "../../kernel/read-everywhere.ts";
import { type NodeFacts, iptablesTools } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";
import { isNftablesAlone } from "../nft-standing.ts";

const PURPOSE: Readonly<Record<string, string>> = {
  ipset: "peers are kept in sets",
  conntrack: "without it connections that are no longer allowed live on",
};

/** The programs that the enforcer runs: one iptables for both families and ipset, or nft; conntrack. */
export function tools(facts: NodeFacts): Finding[] {
  const { tools: found } = facts;
  const isThere = (name: string): boolean => found.get(name)?.kind === "found";
  const version = (name: string): string => {
    const tool = found.get(name);
    return tool?.kind === "found" ? tool.version : "";
  };
  const whole = variants.filter((variant) => iptablesTools[variant].every(isThere));
  const unneeded = "not here, and not needed: Selvedge writes to nftables";
  const isSpared = isNftablesAlone(facts);
  const iptables: Finding =
    whole.length > 0 || isSpared
      ? ok(
          "iptables",
          whole.length === 0 ? unneeded : whole.map((variant) => version(`iptables-${variant}`)).join(", "),
        )
      : {
          check: "iptables",
          status: "fail",
          message: "neither iptables-nft nor iptables-legacy is here for both families",
          mend: "Install the distribution's iptables package.",
        };
  const others = Object.entries(PURPOSE).map(([name, purpose]): Finding => {
    const tool = found.get(name);
    if (tool?.kind === "found") return ok(name, tool.version);
    if (name === "ipset" && isSpared) return ok(name, unneeded);
    return {
      check: name,
      status: "fail",
      message: `${name} does not run (${tool?.why ?? "not asked"}): ${purpose}`,
      mend: `Install the distribution's ${name} package.`,
    };
  });
  // Without it our tables would not have been seen, nor it been chosen.
  const nft = facts.backend === "nftables" ? [ok("nft", version("nft"))] : [];
  return [iptables, ...nft, ...others];
}
