import { append } from "./append.ts";
import type { EgressRule, IngressRule, NetworkPolicy, NetworkPolicySpec } from "../core/network-policy.ts";
import type { LabelSelector } from "../core/selector.ts";
import { type Parsed, decode, parsed, unparsed } from "./schema/decode.ts";
import { identityOf, noName } from "./schema/identity.ts";
import { labelSelectorSchema, toLabelSelector } from "./schema/label-selector.ts";
import { toEgressRule, toIngressRule } from "./schema/network-policy-rule.ts";
import {
  type EgressRuleWire,
  type IngressRuleWire,
  egressRuleSchema,
  ingressRuleSchema,
  policyTypesSchema,
} from "./schema/network-policy.ts";
import { objectMetaSchema } from "./schema/object-meta.ts";
import type { CidrRules } from "./validation/cidr.ts";
import type { FieldPath } from "./validation/field-path.ts";
import { type FieldProblem, type FieldWarning, typeInvalid } from "./validation/field-problem.ts";
import { labelSelector } from "./validation/label-selector.ts";
import { networkPolicyRule, networkPolicyRuleWarnings, policyTypes } from "./validation/network-policy.ts";
import { objectMeta } from "./validation/object-meta.ts";
import { unknownFields } from "./validation/unknown-fields.ts";

/** A NetworkPolicy as the compiler takes it, and what is to be said about it. */
export interface ImportedNetworkPolicy {
  /** `undefined` only where the object does not even say who it is: there is nothing to enforce, and nobody to isolate. */
  readonly policy: NetworkPolicy | undefined;
  /** What the API server would refuse it for; empty where the policy is taken whole. */
  readonly problems: readonly FieldProblem[];
  /** What the API server would take it with. */
  readonly warnings: readonly FieldWarning[];
}

/** Collects what is said on the way. */
interface Findings {
  readonly problems: FieldProblem[];
  readonly warnings: FieldWarning[];
}

/**
 * Reads a NetworkPolicy and keeps as much of it as can be kept without allowing more than its author may have meant.
 * Every choice fails closed:
 *
 * | what is bad | what becomes of it |
 * |---|---|
 * | a rule (peers or ports) | `"invalid"`: the rule allows nothing, the others stand |
 * | a peer `{}` and nothing else | it matches nothing, the rule stands |
 * | `ingress` or `egress` is no list | its direction is isolated and allows nothing |
 * | `policyTypes` | both directions are isolated and allow nothing; the selector stands |
 * | `podSelector`, or `spec` is no object | `"invalid"`: every pod of the namespace is isolated and allowed nothing |
 * | `metadata` but for name and namespace | said; enforced all the same |
 *
 * `cidrs` is `legacy` for what a cluster has stored (an API server before 1.36 may have taken it) and `strict` for what
 * is still to be created.
 */
export function importNetworkPolicy(raw: unknown, cidrs: CidrRules = "legacy"): ImportedNetworkPolicy {
  const findings: Findings = { problems: [], warnings: unknownFields(raw) };
  const root = asObject(raw, [], findings);
  const identity = importIdentity(root?.["metadata"], findings);
  if (root === undefined || identity === undefined) return { policy: undefined, ...findings };
  const spec = importSpec(root["spec"], cidrs, findings);
  return { policy: { ...identity, spec }, ...findings };
}

type Fields = Readonly<Record<string, unknown>>;

/** `undefined`, and a problem, where the value is no object; absent and `null` are an empty one, as Go's decoder has it. */
function asObject(raw: unknown, path: FieldPath, { problems }: Findings): Fields | undefined {
  if (raw === undefined || raw === null) return {};
  if (typeof raw === "object" && !Array.isArray(raw)) return raw as Fields;
  problems.push(typeInvalid(path, Array.isArray(raw) ? "a list" : raw, "must be an object"));
  return undefined;
}

/** Name and namespace are read even where labels or annotations beside them are bad. */
function importIdentity(raw: unknown, findings: Findings): { namespace: string; name: string } | undefined {
  const fields = asObject(raw, ["metadata"], findings);
  if (fields === undefined) return undefined;
  const whole = decode(objectMetaSchema, fields, ["metadata"]);
  append(findings.problems, whole.ok ? objectMeta(["metadata"], whole.value) : whole.problems);
  if (whole.ok) return identityOf(whole.value);
  const { name, generateName, namespace } = fields;
  const names = decode(objectMetaSchema, { name, generateName, namespace }, ["metadata"]);
  if (!names.ok) return undefined;
  const identity = identityOf(names.value);
  if (identity === undefined) findings.problems.push(noName());
  return identity;
}

function importSpec(raw: unknown, cidrs: CidrRules, findings: Findings): NetworkPolicy["spec"] {
  const fields = asObject(raw, ["spec"], findings);
  if (fields === undefined) return "invalid";
  const podSelector = keep(importSelector(fields["podSelector"]), findings);
  const ingress = importRules(fields["ingress"], ["spec", "ingress"], findings, (rule, path) =>
    importIngressRule(rule, path, cidrs, findings),
  );
  const egress = importRules(fields["egress"], ["spec", "egress"], findings, (rule, path) =>
    importEgressRule(rule, path, cidrs, findings),
  );
  const types = keep(importTypes(fields["policyTypes"]), findings);
  if (podSelector === undefined) return "invalid";
  if (types === undefined)
    return { podSelector, policyTypes: ["Ingress", "Egress"], ingress: [], egress: [] };
  return {
    podSelector,
    // A bad rule in place of an unreadable list, so that the default still sees egress rules and isolates.
    ingress: ingress ?? ["invalid"],
    egress: egress ?? ["invalid"],
    ...(types.length > 0 && { policyTypes: types }),
  };
}

function keep<T>(result: Parsed<T>, { problems }: Findings): T | undefined {
  if (result.ok) return result.value;
  append(problems, result.problems);
  return undefined;
}

function importSelector(raw: unknown): Parsed<LabelSelector> {
  const path = ["spec", "podSelector"];
  const wire = decode(labelSelectorSchema, raw ?? {}, path);
  if (!wire.ok) return wire;
  const problems = labelSelector(path, wire.value);
  return problems.length === 0 ? parsed(toLabelSelector(wire.value)) : unparsed(problems);
}

function importTypes(raw: unknown): Parsed<NonNullable<NetworkPolicySpec["policyTypes"]>> {
  const path = ["spec", "policyTypes"];
  const wire = decode(policyTypesSchema, raw, path);
  if (!wire.ok) return wire;
  const problems = policyTypes(path, wire.value ?? []);
  if (problems.length > 0) return unparsed(problems);
  return parsed((wire.value ?? []).map((type) => (type === "Egress" ? "Egress" : "Ingress")));
}

/** `undefined` where the list cannot be read as one. */
function importRules<T>(
  raw: unknown,
  path: FieldPath,
  { problems }: Findings,
  read: (rule: unknown, path: FieldPath) => T,
): T[] | undefined {
  if (raw === undefined || raw === null) return [];
  if (Array.isArray(raw)) return raw.map((rule: unknown, i) => read(rule ?? {}, [...path, i]));
  problems.push(typeInvalid(path, typeof raw === "object" ? "an object" : raw, "must be a list"));
  return undefined;
}

function importIngressRule(
  raw: unknown,
  path: FieldPath,
  cidrs: CidrRules,
  findings: Findings,
): IngressRule | "invalid" {
  const wire = keep(decode(ingressRuleSchema, raw, path), findings);
  return wire !== undefined && stands(wire, path, cidrs, findings) ? toIngressRule(wire) : "invalid";
}

function importEgressRule(
  raw: unknown,
  path: FieldPath,
  cidrs: CidrRules,
  findings: Findings,
): EgressRule | "invalid" {
  const wire = keep(decode(egressRuleSchema, raw, path), findings);
  return wire !== undefined && stands(wire, path, cidrs, findings) ? toEgressRule(wire) : "invalid";
}

/** Whether the rule can be enforced: nothing is wrong with it, or nothing but peers that say nothing. */
function stands(
  rule: IngressRuleWire & EgressRuleWire,
  path: FieldPath,
  cidrs: CidrRules,
  { problems, warnings }: Findings,
): boolean {
  const found = networkPolicyRule(path, rule, cidrs);
  append(problems, found);
  append(warnings, networkPolicyRuleWarnings(path, rule));
  return found.every((problem) => isEmptyPeer(problem, path));
}

/** Of all that a peer itself (`from[0]`, two steps below its rule) can be required to have, there is only some peer. */
const isEmptyPeer = ({ reason, path }: FieldProblem, rule: FieldPath): boolean =>
  reason === "FieldValueRequired" && path.length === rule.length + 2;
