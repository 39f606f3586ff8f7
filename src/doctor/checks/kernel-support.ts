import type { NodeFacts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";

/** Whether the kernel takes every sort of set and rule that Selvedge writes. */
export function kernelSupport({ trials }: NodeFacts): Finding[] {
  const check = "kernel";
  if (trials.kind === "unknown")
    return [
      {
        check,
        status: "unknown",
        message: `nothing could be tried in a network namespace of its own: ${trials.why}`,
        mend: "Run it as root with CAP_SYS_ADMIN, with unshare (util-linux) in reach.",
      },
    ];
  const refused = trials.value.filter((trial) => trial.refused !== undefined);
  if (refused.length === 0)
    return [ok(check, `takes ${trials.value.map(({ feature }) => feature).join(", ")}`)];
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
