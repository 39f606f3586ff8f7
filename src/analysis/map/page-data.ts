import type { Family } from "../../core/address.ts";
import type { Direction } from "../../core/policy.ts";
import type { AllowedTraffic } from "../connectivity-map.ts";

/** Where something is in one of the page's lists. */
export type At = number;

/**
 * What the HTML map holds, so that it can be filtered and asked for reasons without a program: every list has each value
 * once, and the rest are places in lists.
 */
export interface PageData {
  /** What was mapped, in words; RBAC's gaps among them. */
  readonly about: readonly string[];
  /** What the page shows at first. */
  readonly initial: { readonly port: string; readonly show: "all" | "allowed" | "denied" | "depends" };
  readonly ends: readonly PageEnd[];
  readonly traffics: readonly AllowedTraffic[];
  readonly policies: readonly PagePolicy[];
  readonly sides: readonly PageSide[];
  readonly cells: readonly PageCell[];
  /** `rows[from][to]`, a place in `cells`; -1 for two ends outside, of whom nobody is asked. */
  readonly rows: readonly (readonly At[])[];
}

export interface PageEnd {
  readonly name: string;
  /** Its namespace; `outside` for blocks and `nodes` for nodes, which no namespace can hide behind. */
  readonly group: string;
  readonly kind: "pod" | "cidr" | "node";
  /** How many pods it is, where they are known and more than one. */
  readonly pods?: number;
}

export interface PagePolicy {
  readonly name: string;
  /** `file:line:column`, or the object's name where it is live. */
  readonly place: string;
  /** The place of each rule of a direction. */
  readonly rules: Readonly<Record<Direction, readonly string[]>>;
}

/** What one end lets pass; no policies: it is not isolated. */
export interface PageSide {
  readonly policies: readonly At[];
  /** Those that let something pass to or from the other end. */
  readonly rules: readonly {
    readonly policy: At;
    readonly index: number;
    readonly certain: At;
    /** Present where more may pass. */
    readonly possible?: At;
  }[];
}

/** All that is to be known of a pair, and of every pair that is like it. */
export interface PageCell {
  readonly all: At;
  /** Present where pods of a workload differ. */
  readonly some?: At;
  readonly depends?: At;
  readonly byFamily?: Readonly<Record<Family, At>>;
  /** `self`: a pod and itself. `node`: a pod's own node always reaches it. */
  readonly exempt?: "self" | "node" | "maybe node";
  readonly reasons: readonly {
    /** Absent where both families are alike. */
    readonly family?: Family;
    readonly egress: At;
    readonly ingress: At;
  }[];
}
