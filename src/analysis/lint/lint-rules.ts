import { np001, np002 } from "./ignores/ignore-codes.ts";
import type { LintCode, LintRule } from "./lint-rule.ts";
import { np101 } from "./rules/np101-selects-nothing.ts";
import { np102 } from "./rules/np102-never-matches.ts";
import { np103 } from "./rules/np103-own-namespace.ts";
import { np104 } from "./rules/np104-two-items.ts";
import { np105 } from "./rules/np105-label-key.ts";
import { np106 } from "./rules/np106-unknown-field.ts";
import { np201 } from "./rules/np201-named-port-missing.ts";
import { np202 } from "./rules/np202-named-port-protocol.ts";
import { np203 } from "./rules/np203-default-tcp.ts";
import { np204 } from "./rules/np204-service-port.ts";
import { np205 } from "./rules/np205-dns-blocked.ts";
import { np301 } from "./rules/np301-redundant-rule.ts";
import { np302 } from "./rules/np302-redundant-policy.ts";
import { np303 } from "./rules/np303-except.ts";
import { np304 } from "./rules/np304-one-family.ts";
import { np401 } from "./rules/np401-omitted-direction.ts";
import { np402 } from "./rules/np402-unselected-pod.ts";
import { np403 } from "./rules/np403-host-network.ts";

/** Every rule that looks at a cluster, by code. */
export const lintRules: readonly LintRule[] = [
  np101,
  np102,
  np103,
  np104,
  np105,
  np106,
  np201,
  np202,
  np203,
  np204,
  np205,
  np301,
  np302,
  np303,
  np304,
  np401,
  np402,
  np403,
];

/** Every code that `lint` may say. */
export const lintCodes: readonly LintCode[] = [np001, np002, ...lintRules];
