import type { Family } from "../../../core/address.ts";
import type { Direction } from "../../../core/policy.ts";

/** What a rule has counted since it was written. */
export interface KernelCount {
  readonly packets: number;
  readonly bytes: number;
}

/** A rule that the connection's first packet meets. */
export interface KernelLine {
  readonly chain: string;
  /** In the words of iptables what follows `-A <chain>`; in those of nft a line of the chain. */
  readonly rule: string;
  /** `leads`: to the next chain. `allows`: it lets pass what is asked, or may. `drops`: where no rule did. */
  readonly does: "leads" | "allows" | "drops";
  readonly counted?: KernelCount;
}

/** A set that these lines look into. */
export interface KernelSet {
  readonly name: string;
  /** In the tool's words: `hash:ip,port` of ipset, `ipv4_addr . inet_proto . inet_service` of nft. */
  readonly type: string;
  readonly size: number;
  /** Those entries that are an end's, in the same words. */
  readonly entries: readonly string[];
}

/** An address that stands for one that nobody knows yet. */
export interface StandIn {
  readonly address: string;
  readonly pod: string;
}

/** The way of a first packet through one node's rules, in one direction. */
export interface KernelWalk {
  readonly direction: Direction;
  readonly family: Family;
  /** Of iptables `mangle`, of nftables `selvedge`. */
  readonly table: string;
  /** `undefined` where the pod has none yet. */
  readonly node: string | undefined;
  readonly standIns: readonly StandIn[];
  readonly lines: readonly KernelLine[];
  /** Lines of the chains that judge that are other rules', which say nothing of this connection. */
  readonly passedOver: number;
  readonly sets: readonly KernelSet[];
}
