import type { Program } from "../../core/program.ts";
import type { Outcome } from "../agent/protocol.ts";
import { probeAll } from "../prober.ts";
import { type Cell, agrees } from "./cell.ts";

export interface Measured {
  readonly cell: Cell;
  readonly outcome: Outcome;
  readonly agrees: boolean;
}

/** Asks every question on the wire and holds each answer against the program. */
export async function measure(
  program: Program,
  cells: readonly Cell[],
  onProgress: (done: number, total: number) => void,
): Promise<Measured[]> {
  const probes = cells.map(({ from, to }) => ({
    from: from.agent,
    to: {
      protocol: to.protocol,
      address: to.address,
      port: to.port,
      ...(from.source === undefined ? {} : { source: from.source }),
    },
  }));
  const outcomes = await probeAll(probes, { onProgress });
  return cells.flatMap((cell, i) => {
    const outcome = outcomes[i];
    return outcome === undefined ? [] : [{ cell, outcome, agrees: agrees(program, cell, outcome) }];
  });
}

/** Whether the packet got through, whoever was or was not there to answer it. */
export const isOpen = ({ outcome }: Measured): boolean =>
  outcome.kind === "answered" || outcome.kind === "refused";
