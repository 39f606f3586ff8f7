import { readFileSync } from "node:fs";

/** NETLINK_NETFILTER, and the bit of NFNLGRP_NFTABLES. */
const NETFILTER = 12;
const NFTABLES = 0x40;

/** Address, protocol, port (the process id, for a program with one socket), groups; `net/netlink/af_netlink.c`. */
const SOCKET = /^[0-9a-f]+ +(\d+) +(-?\d+) +([0-9a-f]{8}) /gm;

/**
 * Whether a process listens to what happens in nftables, by the kernel's list of sockets in the process's network namespace: `nft monitor`
 * itself does not tell when it has begun.
 */
export function isListening(pid: number): boolean {
  let sockets: string;
  try {
    sockets = readFileSync(`/proc/${pid}/net/netlink`, "latin1");
  } catch {
    // It has ended.
    return false;
  }
  return [...sockets.matchAll(SOCKET)].some(
    ([, protocol, port, groups = ""]) =>
      Number(protocol) === NETFILTER &&
      Number(port) === pid &&
      (Number.parseInt(groups, 16) & NFTABLES) !== 0,
  );
}
