import type { Variant } from "../../../src/kernel/variant.ts";
import type { Damage } from "./damage.ts";
import { nftDamages } from "./nft-vandal.ts";
import type { IptablesContent, NodeContent } from "./node-content.ts";

const families = [
  { family: "IPv4", iptables: "iptables" },
  { family: "IPv6", iptables: "ip6tables" },
] as const;

const unquoted = (rule: string): string => rule.replaceAll("'", "'\\''");

/** In turn for each chain, rule, hook and set of ours that the kernel tells of. */
export const damages = (content: NodeContent): Damage[] =>
  content.kind === "nftables" ? nftDamages(content) : iptablesDamages(content);

function iptablesDamages({ sets, variant, ...tables }: IptablesContent): Damage[] {
  return [
    ...families.flatMap((each) => tableDamages(tables[each.family], each, variant)),
    ...setDamages(sets),
  ];
}

function tableDamages(
  text: string,
  { family, iptables }: (typeof families)[number],
  variant: Variant,
): Damage[] {
  const tool = `${iptables}-${variant} -w -t mangle`;
  const chains = [...text.matchAll(/^:((?:SV|SELVEDGE)-\S+) /gm)].map(([, chain = ""]) => chain);
  const rulesOf = (chain: string): string[] =>
    text
      .split("\n")
      .filter((line) => line.startsWith(`-A ${chain} `))
      .map((line) => line.slice(`-A ${chain} `.length));
  const harm = (chain: string, ...lines: readonly string[]): Damage[] =>
    lines.map((line) => ({ line, object: `${family} ${chain}` }));
  const inChains = chains.flatMap((chain) => {
    const rules = rulesOf(chain);
    const inRules = rules.flatMap((rule, i) => [
      `${tool} -D ${chain} ${i + 1}`,
      `${tool} -R ${chain} ${i + 1} -j ACCEPT`,
      `${tool} -I ${chain} ${i + 1} -j RETURN`,
      `${tool} -I ${chain} ${i + 1} ${rule}`,
      // Another verdict under the same comment, as an editor of iptables-save's output leaves it.
      ...(/ -j (?:RETURN|DROP)\b/.test(rule)
        ? [`${tool} -R ${chain} ${i + 1} ${rule.replace(/ -j \S+/, " -j ACCEPT")}`]
        : []),
      // One match more under the same comment, and a port that is another.
      `${tool} -R ${chain} ${i + 1} ${rule.replace(/ -([jg]) /, " -m conntrack --ctstate INVALID -$1 ")}`,
      ...(/ --dport /.test(rule)
        ? [`${tool} -R ${chain} ${i + 1} ${rule.replace(/ --dport \S+/, " --dport 7")}`]
        : []),
      ...(i + 1 < rules.length ? [`${tool} -D ${chain} ${i + 1}; ${tool} -A ${chain} ${rule}`] : []),
    ]);
    const renamed = harm(chain, `${tool} -E ${chain} SV-renamed`).map((each) => ({
      ...each,
      apart: each.line,
    }));
    const inChain = harm(chain, `${tool} -F ${chain}`, `${tool} -A ${chain} -j ACCEPT`, ...inRules);
    return [...inChain, ...renamed];
  });
  const removed = `${tool} -F; ${tool} -X`;
  const hooks = ["FORWARD", "OUTPUT"].flatMap((chain) => {
    const rule = rulesOf(chain)[0] ?? "";
    return harm(
      chain,
      `${tool} -D ${chain} 1`,
      `${tool} -D ${chain} 1; ${tool} -A ${chain} -j MARK --set-mark 0; ${tool} -A ${chain} ${rule}; ${tool} -D ${chain} -j MARK --set-mark 0; ${tool} -I ${chain} 1 -m comment --comment theirs`,
      `${tool} -I ${chain} 1 ${rule}`,
      `${tool} -A ${chain} ${rule}`,
      `${tool} -R ${chain} 1 ${rule.replace(" -j ", " -p tcp -j ")}`,
    );
  });
  const all = harm("SELVEDGE-FORWARD", removed).map((each) => ({ ...each, apart: each.line }));
  return [...inChains, ...hooks, ...all].map((damage) => ({
    ...damage,
    line: unquotedOnly(damage.line),
  }));
}

/** Rules are put into a shell's line as iptables-save quotes them, which is as a shell reads them. */
const unquotedOnly = (line: string): string => (line.includes("'") ? unquoted(line) : line);

function setDamages(sets: string): Damage[] {
  const lines = sets.split("\n");
  const created = lines.filter((line) => line.startsWith("create SV"));
  return created.flatMap((create) => {
    const [, name = "", type = "", , family] = create.split(" ");
    const entries = lines
      .filter((line) => line.startsWith(`add ${name} `))
      .map((line) => line.split(" ")[2] ?? "");
    const [foreign, port] = [
      family === "inet6" ? "2001:db8::77" : "203.0.113.77",
      type === "hash:ip,port" ? ",tcp:7" : "",
    ];
    const [first] = entries;
    const swapped = (options: string): string =>
      `ipset create SVX-other ${type} family ${family} ${options}; ipset swap SVX-other ${name}; ipset destroy SVX-other`;
    const refilled = entries.map((entry) => `; ipset add ${name} ${entry}`).join("");
    const done = [
      `ipset add ${name} ${foreign}${port}`,
      ...(first === undefined
        ? []
        : [`ipset del ${name} ${first}`, `ipset flush ${name}`, swapped("maxelem 1048576")]),
      // With all that it held, and yet another set.
      `${swapped("maxelem 7")}${refilled}`,
      `${swapped("maxelem 1048576 timeout 600")}${refilled}`,
      ...(type === "hash:net" && first !== undefined
        ? [
            `ipset del ${name} ${first}; ipset add ${name} ${first} nomatch`,
            `ipset add ${name} ${foreign} nomatch`,
          ]
        : []),
      `ipset create ${name.slice(0, 27)}xxxx ${type} family ${family}`,
    ];
    return done.map((line) => ({
      line,
      object:
        line.startsWith("ipset create SV4") || line.startsWith("ipset create SV6")
          ? `${name.slice(0, 27)}xxxx`
          : name,
    }));
  });
}
