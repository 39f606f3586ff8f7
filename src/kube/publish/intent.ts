import { stringify } from "safe-stable-stringify";
import type { ObjectKey } from "../../core/cluster.ts";
import { digest } from "../../core/digest.ts";

/** An object of ours as it is to stand in the API server. */
export interface Intent {
  readonly key: ObjectKey;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: unknown;
  readonly fingerprint: string;
}

/** An object of ours as it stands. */
export interface Standing {
  readonly fingerprint: string;
  readonly resourceVersion: string;
  readonly uid?: string | undefined;
}

/** Equal for specs that say the same, whatever the order in which their fields are told. */
export const fingerprint = (spec: unknown): string => digest(stringify(spec) ?? "");
