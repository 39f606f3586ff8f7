import { append } from "../append.ts";
import type { IPBlockWire, NetworkPolicyPeerWire } from "../schema/network-policy.ts";
import { type CidrRules, cidrProblems, cidrWarnings, parseLegacyCidr } from "./cidr.ts";
import type { FieldPath } from "./field-path.ts";
import { type FieldProblem, type FieldWarning, forbidden, invalid, required } from "./field-problem.ts";
import { labelSelector } from "./label-selector.ts";

/** networking/validation ValidateNetworkPolicyPeer. */
export function networkPolicyPeer(
  path: FieldPath,
  peer: NetworkPolicyPeerWire,
  rules: CidrRules,
): FieldProblem[] {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  const problems: FieldProblem[] = [];
  if (podSelector) append(problems, labelSelector([...path, "podSelector"], podSelector));
  if (namespaceSelector) append(problems, labelSelector([...path, "namespaceSelector"], namespaceSelector));
  if (ipBlock) append(problems, ipBlockProblems([...path, "ipBlock"], ipBlock, rules));
  if (isEmptyPeer(peer)) problems.push(required(path, "must specify a peer"));
  else if (ipBlock && (podSelector || namespaceSelector)) {
    problems.push(forbidden(path, "may not specify both ipBlock and another peer"));
  }
  return problems;
}

const isEmptyPeer = ({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeerWire): boolean =>
  !podSelector && !namespaceSelector && !ipBlock;

/** networking/validation ValidateIPBlock. */
function ipBlockProblems(path: FieldPath, { cidr, except }: IPBlockWire, rules: CidrRules): FieldProblem[] {
  if (!cidr) return [required([...path, "cidr"])];
  const problems = cidrProblems([...path, "cidr"], cidr, rules);
  const whole = parseLegacyCidr(cidr);
  if (whole === undefined) return problems;
  for (const [i, text] of (except ?? []).entries()) {
    const at = [...path, "except", i];
    problems.push(...cidrProblems(at, text ?? "", rules));
    const hole = parseLegacyCidr(text ?? "");
    if (hole === undefined) continue;
    const { family, first } = whole.block;
    const holds =
      hole.block.family === family &&
      hole.block.first >= first &&
      hole.block.first < first + (1n << BigInt((family === "IPv4" ? 32 : 128) - whole.block.length));
    // The lengths as written: that is what the API server compares, also where one of the two is IPv4-mapped.
    if (!holds || whole.length >= hole.length) {
      problems.push(invalid(at, text ?? "", "must be a strict subset of `cidr`"));
    }
  }
  return problems;
}

/** What the API server warns of when it takes the peer (networkpolicy strategy, networkPolicyWarnings). */
export const networkPolicyPeerWarnings = (
  path: FieldPath,
  { ipBlock }: NetworkPolicyPeerWire,
): FieldWarning[] =>
  ipBlock
    ? [
        ...cidrWarnings([...path, "ipBlock", "cidr"], ipBlock.cidr ?? ""),
        ...(ipBlock.except ?? []).flatMap((text, i) =>
          cidrWarnings([...path, "ipBlock", "except", i], text ?? ""),
        ),
      ]
    : [];
