import { asArray, at, type Json } from "./json.ts";
import type { Validate } from "./environment.ts";
import type { FieldProblem } from "./refusal.ts";

const portProblems = (port: Json, field: string): readonly FieldProblem[] => {
  const end = at(port, "endPort");
  const first = at(port, "port");
  if (typeof end !== "number") return [];
  // The real server shows `port` here, not `endPort`; it is quoted as recorded.
  if (typeof first === "number" && end < first) {
    return [
      {
        field: `${field}.endPort`,
        reason: "FieldValueInvalid",
        message: `Invalid value: ${first}: must be greater than or equal to \`port\``,
      },
    ];
  }
  if (typeof first === "number") return [];
  const message =
    typeof first === "string"
      ? `Invalid value: ${JSON.stringify(first)}: may not be specified when \`port\` is non-numeric`
      : "Required value: must be specified when `endPort` is specified";
  return [
    {
      field: `${field}.${typeof first === "string" ? "endPort" : "port"}`,
      reason: "FieldValueInvalid",
      message,
    },
  ];
};

/** The little that the server judges of a NetworkPolicy by itself; a full validator can be put in its place. */
export const networkPolicyProblems: Validate = (resource, object) => {
  if (resource.kind !== "NetworkPolicy") return [];
  return ["ingress", "egress"].flatMap((direction) =>
    asArray(at(object, "spec", direction)).flatMap((rule, index) =>
      asArray(at(rule, "ports")).flatMap((port, place) =>
        portProblems(port, `spec.${direction}[${index}].ports[${place}]`),
      ),
    ),
  );
};
