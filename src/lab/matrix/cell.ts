import { type Family } from "../../core/address.ts";
import type { End } from "../../core/end.ts";
import { evaluate, judge } from "../../core/evaluate.ts";
import type { Program } from "../../core/program.ts";
import { type Flow, containsFlow } from "../../core/traffic.ts";
import type { AgentHandle } from "../agent/handle.ts";
import type { Outcome, ProbeProtocol } from "../agent/protocol.ts";

/** Who asks. One speaker speaks one family, from one address. */
export interface Speaker {
  readonly name: string;
  /** Its row in the matrix: a workload, an outside host, a node. */
  readonly group: string;
  readonly agent: AgentHandle;
  readonly family: Family;
  readonly end: End;
  /** The address to ask from, where the speaker has several. */
  readonly source?: string;
  /** The node that it is on or that it is. */
  readonly node?: string;
}

/** Where a question may lead: who answers there, and as what the policies see the connection. */
export interface Lead {
  readonly answerer: string;
  readonly end: End;
  readonly flow: Flow;
  /** As whom the asker is judged there, where it is not as itself: a node that forwards for it takes its own address. */
  readonly seenAs?: End;
}

/** What is asked: an address and port, which lead to one pod, or through a Service to any of several. */
export interface Place {
  readonly name: string;
  readonly group: string;
  readonly family: Family;
  readonly protocol: ProbeProtocol;
  readonly address: string;
  readonly port: number;
  readonly via: "address" | "ClusterIP" | "NodePort" | "hostPort";
  /** Whether anybody listens there: if not, a refusal is the sound of an open way. */
  readonly leads: readonly Lead[];
}

export interface Cell {
  readonly from: Speaker;
  readonly to: Place;
}

/** Whether the program lets the speaker through to a lead. Nothing is uncertain here: every address is known. */
export function isAllowed(program: Program, { from, to: { family } }: Cell, lead: Lead): boolean {
  const { end: destination, flow, seenAs } = lead;
  if (seenAs === undefined)
    return evaluate(program, { source: from.end, destination, family, flow }) === "allowed";
  // Its own node asks for its leave to go there as itself; the other one sees who forwarded it.
  const leave = judge(program, from.end, destination, family).egress.certain;
  return (
    containsFlow(leave, flow) &&
    evaluate(program, { source: seenAs, destination, family, flow }) === "allowed"
  );
}

/** Whether the wire behaved as the program says; through a Service it is enough that the pod which answered was allowed to. */
export function agrees(program: Program, cell: Cell, outcome: Outcome): boolean {
  const judged = cell.to.leads.map((lead) => ({ lead, allowed: isAllowed(program, cell, lead) }));
  switch (outcome.kind) {
    case "answered":
      return judged.some(({ lead, allowed }) => allowed && lead.answerer === outcome.by);
    case "refused":
      return judged.some(({ allowed }) => allowed);
    case "timeout":
      return judged.some(({ allowed }) => !allowed);
    case "error":
      return false;
  }
}
