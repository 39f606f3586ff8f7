import { variants } from "../../kernel/read-everywhere.ts";
import { type NodeFacts, iptablesTools } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";

const PURPOSE: Readonly<Record<string, string>> = {
  ipset: "peers are kept in sets",
  conntrack: "without it connections that are no longer allowed live on",
};

/** The programs that the enforcer runs: one iptables for both families, ipset, conntrack. */
export function tools({ tools: found }: NodeFacts): Finding[] {
  const isThere = (name: string): boolean => found.get(name)?.kind === "found";
  const version = (name: string): string => {
    const tool = found.get(name);
    return tool?.kind === "found" ? tool.version : "";
  };
  const whole = variants.filter((variant) => iptablesTools[variant].every(isThere));
  const iptables: Finding =
    whole.length > 0
      ? ok("iptables", whole.map((variant) => version(`iptables-${variant}`)).join(", "))
      : {
          check: "iptables",
          status: "fail",
          message: "neither iptables-nft nor iptables-legacy is here for both families",
          mend: "Install the distribution's iptables package.",
        };
  const others = Object.entries(PURPOSE).map(([name, purpose]): Finding => {
    const tool = found.get(name);
    if (tool?.kind === "found") return ok(name, tool.version);
    return {
      check: name,
      status: "fail",
      message: `${name} does not run (${tool?.why ?? "not asked"}): ${purpose}`,
      mend: `Install the distribution's ${name} package.`,
    };
  });
  return [iptables, ...others];
}
