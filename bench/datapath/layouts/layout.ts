import type { Family } from "../../../src/core/address.ts";
import { formatAddress } from "../../../src/core/address.ts";
import type { Scenario } from "../scenario.ts";

/** What another program would have written for one family, as its tools take it. */
export interface Layout {
  /** `ipset restore` lines. */
  readonly sets: readonly string[];
  /** `iptables-restore --noflush` text. */
  readonly rules: string;
}

/** The address of a pod by its place in `Scenario.pods`. */
export function addressIn({ pods }: Scenario, pod: number, family: Family): string {
  const addresses = pods[pod]?.addresses ?? "unknown";
  const found = addresses === "unknown" ? undefined : addresses.find((each) => each.family === family);
  if (found === undefined) throw new Error(`pod ${pod} has no ${family} address`);
  return formatAddress(found);
}

export function ipSet(name: string, family: Family, entries: readonly string[]): string[] {
  const kind = family === "IPv6" ? "inet6" : "inet";
  return [`create ${name} hash:ip family ${kind}`, ...entries.map((entry) => `add ${name} ${entry}`)];
}

/** Chains of table filter, in the order in which they are declared, after the rules of its built-in chains. */
export function filterTable(
  hooks: readonly string[],
  chains: ReadonlyMap<string, readonly string[]>,
): string {
  return [
    "*filter",
    ...[...chains.keys()].map((name) => `:${name} - [0:0]`),
    ...[...chains].flatMap(([name, rules]) => rules.map((rule) => `-A ${name} ${rule}`)),
    ...hooks,
    "COMMIT",
    "",
  ].join("\n");
}
