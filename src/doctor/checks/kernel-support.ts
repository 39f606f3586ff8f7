import type { NodeFacts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";

/** The module that the enforcer does without where it has to. */
const SPARED = "xt_bpf";

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
  const [first, ...others] = refused;
  if (first?.module === SPARED && others.length === 0)
    return [
      {
        check,
        status: "warn",
        message: `the kernel does not take ${first.feature} (${first.refused}): a rule for each isolated pod stands in its place`,
        mend: `Load it, \`modprobe ${SPARED}\`, or install the kernel's package of extra modules, and start the enforcer again.`,
      },
    ];
  const reasons = refused.map((trial) => `${trial.feature} (${trial.refused})`).join("; ");
  const modules = new Set(refused.map(({ module }) => module));
  return [
    {
      check,
      status: "fail",
      message: `the kernel does not take ${reasons}`,
      mend: `Load what is missing, \`modprobe -a ${[...modules].join(" ")}\`, or install the kernel's package of extra modules.`,
    },
  ];
}
