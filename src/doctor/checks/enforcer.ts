import type { NodeFacts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";

/** What the enforcer of this node says of itself. */
export function enforcer({ enforcer: answer }: NodeFacts): Finding[] {
  const check = "enforcer";
  if (answer.kind === "silent")
    return [
      {
        check,
        status: "fail",
        message: `no enforcer answers (${answer.why}): what stands is enforced, but nothing follows the cluster`,
        mend: "Start `selvedge enforcer`, or name its port with --health-port.",
      },
    ];
  // What follows the first line is said for information.
  const [why = ""] = answer.body.split("\n");
  if (answer.status === 200) return [ok(check, "ready: what it asks for stands in the kernel")];
  return [
    {
      check,
      status: "fail",
      message: `the enforcer is not ready (${answer.status}): ${why}`,
      mend: "See in its log what it waits for or cannot write, and mend that.",
    },
  ];
}
