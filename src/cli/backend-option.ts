import { Option } from "commander";
import type { Backend } from "../kernel/variant.ts";

export type BackendChoice = Backend | "auto";

const CHOICES = ["auto", "nft", "legacy", "nftables"] as const;

const option = (description: string): Option =>
  new Option("--backend <backend>", description).choices(CHOICES).default("auto").env("SELVEDGE_BACKEND");

/** What the enforcer writes. */
export const writtenBackendOption = (): Option =>
  option(
    "nft and legacy are the two iptables, nftables has tables of its own; auto is nftables, or the iptables that kubelet and kube-proxy use where the kernel cannot",
  );

/** What is read. */
export const readBackendOption = (): Option =>
  option("whose rules are read: of an iptables (nft, legacy) or nftables; auto finds them");
