import type { DualStack } from "../../addressing.ts";
import type { Family } from "../../backend.ts";
import { serviceFacts } from "../facts.ts";
import type { Service } from "../service.ts";
import { baseCommands, IP } from "./base.ts";
import { serviceCommands } from "./service-commands.ts";

/** What one node's table of one family is made from. */
export interface NftablesInput {
  readonly services: readonly Service[];
  /** The node's name: which endpoints are local. */
  readonly node: string;
  /** Those that take NodePorts. */
  readonly nodeAddresses: DualStack;
  readonly family: Family;
}

/**
 * What kube-proxy's nftables mode writes, as one transaction for `nft -f` (kubernetes, pkg/proxy/nftables): its table anew.
 * kube-proxy itself writes differences; what stands in the end is the same.
 */
export function nftablesCommands({ services, node, nodeAddresses, family }: NftablesInput): string {
  const table = `${IP[family]} kube-proxy`;
  const parts = serviceFacts(services, node, family).flatMap((service) => serviceCommands(service, family));
  return [
    // So that there is one to delete.
    `add table ${table}`,
    `delete table ${table}`,
    `add table ${table} { comment "rules for kube-proxy" ; }`,
    ...baseCommands(family, nodeAddresses),
    ...parts,
    "",
  ].join("\n");
}
