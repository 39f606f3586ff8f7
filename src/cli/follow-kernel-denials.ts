import type { Denial } from "../core/denial.ts";
import { nameDenial } from "../kernel/denials/name-denial.ts";
import { readStandingNames } from "../kernel/denials/read-standing-names.ts";
import type { StandingNames } from "../kernel/denials/standing-names.ts";
import { processExec } from "../kernel/exec.ts";
import { readNflog } from "../kernel/nflog/read-nflog.ts";
import { processStreamExec } from "../kernel/stream-exec.ts";
import { standingBackend } from "../kernel/standing-backend.ts";
import type { BackendChoice } from "./backend-option.ts";

/** How long the names that the kernel's rules know are taken for current, in milliseconds. */
const NAMES_LAST = 5_000;

const NO_NAMES: StandingNames = { policies: new Map(), pods: new Map() };

/** Reads denials from the kernel alone, until it cannot; tells why. */
export async function followKernelDenials(
  backend: BackendChoice,
  onDenial: (denial: Denial) => void,
): Promise<string> {
  const stop = new AbortController();
  // A tcpdump that is left behind would hold the log until the next denial tells it that nobody reads any more.
  process.once("exit", () => stop.abort());
  for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => process.exit());
  const { backend: standing } = await standingBackend(processExec, backend);
  // Denials without names are still told; why the kernel tells nothing at all, the log's reader says.
  const read = (): Promise<StandingNames> => readStandingNames(processExec, standing).catch(() => NO_NAMES);
  let names = read();
  let at = performance.now();
  // One after the other: denials are told in the order in which they came.
  let told = Promise.resolve();
  return readNflog({
    run: processStreamExec,
    signal: stop.signal,
    onPacket: (packet) => {
      if (performance.now() - at > NAMES_LAST) {
        names = read();
        at = performance.now();
      }
      const known = names;
      told = told.then(async () => onDenial(nameDenial(packet, await known)));
    },
  });
}
