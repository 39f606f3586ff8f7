import type { NodeFacts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";

/** What the enforcer does without where it has to, by what stands in its place. */
const SPARED: ReadonlyMap<string, string> = new Map([
  ["xt_bpf", "a rule for each isolated pod stands in its place"],
  ["nft_reject_ipv4", "what policies deny is dropped in silence, whatever --deny asks for"],
  ["nft_reject_ipv6", "what policies deny is dropped in silence, whatever --deny asks for"],
]);

/** Whether the kernel takes every sort of set and rule that Selvedge writes. */
export function kernelSupport({ trials, enforcer }: NodeFacts): Finding[] {
  const check = "kernel";
  // An enforcer that is ready has the kernel's word for what it wrote. Its own container may not make namespaces.
  if (trials.kind === "unknown" && enforcer.kind === "answered" && enforcer.status === 200)
    return [ok(check, `takes what the enforcer wrote; nothing else was tried (${trials.why})`)];
  if (trials.kind === "unknown")
    return [
      {
        check,
        status: "unknown",
        message: `nothing could be tried in a network namespace of its own: ${trials.why}`,
        mend: "Run it as root with CAP_SYS_ADMIN, with unshare (util-linux) in reach, or beside an enforcer that is ready.",
      },
    ];
  const refused = trials.value.filter((trial) => trial.refused !== undefined);
  if (refused.length === 0)
    return [ok(check, `takes ${trials.value.map(({ feature }) => feature).join(", ")}`)];
  const reasons = refused.map((trial) => `${trial.feature} (${trial.refused})`).join("; ");
  const modules = new Set(refused.map(({ module }) => module));
  if (refused.every(({ module }) => SPARED.has(module))) {
    const instead = new Set(refused.map(({ module }) => SPARED.get(module)));
    return [
      {
        check,
        status: "warn",
        message: `the kernel does not take ${reasons}: ${[...instead].join("; ")}`,
        mend: `Load it, \`modprobe -a ${[...modules].join(" ")}\`, or install the kernel's package of extra modules, and start the enforcer again.`,
      },
    ];
  }
  return [
    {
      check,
      status: "fail",
      message: `the kernel does not take ${reasons}`,
      mend: `Load what is missing, \`modprobe -a ${[...modules].join(" ")}\`, or install the kernel's package of extra modules.`,
    },
  ];
}
