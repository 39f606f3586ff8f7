import { protocols } from "../../core/traffic.ts";
import type { NetworkPolicyPortWire } from "../schema/network-policy.ts";
import type { FieldPath } from "./field-path.ts";
import { type FieldProblem, invalid, notSupported } from "./field-problem.ts";
import { portNameProblems, portNumberProblems } from "./names.ts";

/** networking/validation ValidateNetworkPolicyPort. */
export function networkPolicyPort(path: FieldPath, wire: NetworkPolicyPortWire): FieldProblem[] {
  const { protocol, port, endPort } = wire;
  const problems: FieldProblem[] = [];
  if (typeof protocol === "string" && !protocols.some((known) => known === protocol)) {
    problems.push(notSupported([...path, "protocol"], protocol, ["TCP", "UDP", "SCTP"]));
  }
  const last = endPort ?? undefined;
  if (typeof port === "number") problems.push(...numbered(path, port, last));
  else if (typeof port === "string") problems.push(...named(path, port, last));
  else if (last !== undefined) {
    problems.push(invalid([...path, "endPort"], last, "may not be specified when `port` is not specified"));
  }
  return problems;
}

function numbered(path: FieldPath, port: number, endPort: number | undefined): FieldProblem[] {
  const problems = portNumberProblems(port).map((says) => invalid([...path, "port"], port, says));
  if (endPort === undefined) return problems;
  if (endPort < port) {
    // It is the port that the API server shows here.
    problems.push(invalid([...path, "endPort"], port, "must be greater than or equal to `port`"));
  }
  return [
    ...problems,
    ...portNumberProblems(endPort).map((says) => invalid([...path, "endPort"], endPort, says)),
  ];
}

function named(path: FieldPath, port: string, endPort: number | undefined): FieldProblem[] {
  const problems = portNameProblems(port).map((says) => invalid([...path, "port"], port, says));
  if (endPort === undefined) return problems;
  return [
    invalid([...path, "endPort"], endPort, "may not be specified when `port` is non-numeric"),
    ...problems,
  ];
}
