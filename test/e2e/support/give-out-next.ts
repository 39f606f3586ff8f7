import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nodeFolder } from "../../cluster/rig/node-configs.ts";

const last = (address: string): number => Number(address.split(".").at(-1));
const withLast = (address: string, number: number): string =>
  [...address.split(".").slice(0, 3), number].join(".");

/** Where the plugin host-local, which gives out one address after the other, says which was the last. */
const reserved = (node: string): string =>
  join(nodeFolder(node), "fs/var/lib/cni/networks/cbr0/last_reserved_ip.0");

/** Which IPv4 address a node's next pod gets. */
export async function nextAddress(node: string): Promise<string> {
  const before = (await readFile(reserved(node), "utf8")).trim();
  return withLast(before, last(before) >= 254 ? 2 : last(before) + 1);
}

/** Has a node's next pod get this address, if nobody has it by then: nobody waits for 250 pods until it comes round. */
export const giveOutNext = (node: string, address: string): Promise<void> =>
  writeFile(reserved(node), withLast(address, last(address) - 1));
