import { Option } from "commander";
import type { Variant } from "../kernel/variant.ts";

export type Backend = Variant | "auto";

/** Which iptables is asked. */
export const backendOption = (): Option =>
  new Option("--backend <variant>", "which iptables; auto follows kubelet and kube-proxy")
    .choices(["auto", "nft", "legacy"])
    .default("auto")
    .env("SELVEDGE_BACKEND");
