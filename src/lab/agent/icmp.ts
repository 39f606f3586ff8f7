import { execFile } from "node:child_process";

import { attempt } from "./attempt.ts";
import type { Outcome, ProbeTarget } from "./protocol.ts";

/** One echo request, by `ping`: a process each, so not for hundreds at once. */
export function probeIcmp({ address, deadlineMs, source }: ProbeTarget): Promise<Outcome> {
  const seconds = Math.max(1, Math.ceil(deadlineMs / 1000));
  const from = source === undefined ? [] : ["-I", source];
  const args = ["-n", "-q", "-c", "1", "-W", String(seconds), ...from, address];
  // ping keeps the deadline, in whole seconds; ours only guards against ping itself.
  return attempt((seconds + 1) * 1000, (finish) => {
    const child = execFile("ping", args, (error, _stdout, stderr) => {
      if (error === null) finish({ kind: "answered", by: address });
      else if (error.code === 1) finish({ kind: "timeout" });
      else finish({ kind: "error", message: stderr.trim() || error.message });
    });
    return () => child.kill("SIGKILL");
  });
}
