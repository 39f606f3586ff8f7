import { addressSet, isNoAddress, subtractAddresses } from "../../../core/address-set.ts";
import { parseCidr } from "../../../core/cidr.ts";
import { intersectAddresses } from "../../../core/address-set.ts";
import { manifests, pod, policy } from "../example.ts";
import type { IPBlock } from "../../../core/network-policy.ts";
import type { Hit, LintRule } from "../lint-rule.ts";
import type { LintPolicy, Path } from "../lint-input.ts";

function hits(policy: LintPolicy, path: Path, { cidr, except = [] }: IPBlock): Hit[] {
  const block = parseCidr(cidr);
  const holes = except.map(parseCidr);
  if (block === undefined || holes.includes(undefined) || holes.length === 0) return [];
  const whole = addressSet([block]);
  const cut = addressSet(holes.filter((hole) => hole !== undefined));
  if (isNoAddress(subtractAddresses(whole, cut))) {
    return [
      {
        at: policy,
        path: [...path, "except"],
        message: `the exceptions cover all of ${cidr}: the block allows nothing`,
        label: "nothing is left",
        help: "leave the block out, or narrow the exceptions",
      },
    ];
  }
  return holes.flatMap((hole, i) =>
    hole !== undefined && isNoAddress(intersectAddresses(whole, addressSet([hole])))
      ? [
          {
            at: policy,
            path: [...path, "except", i],
            message: `the exception ${except[i]} lies outside of ${cidr}: it takes nothing away`,
            label: `not in ${cidr}`,
            help: "an exception speaks of its own block only; others may still allow these addresses",
          },
        ]
      : [],
  );
}

const web = pod("shop/web", "app: web");
const from = (except: string): string =>
  policy(
    "shop/web",
    `podSelector: {}
policyTypes: [Ingress]
ingress:
  - from:
      - ipBlock:
          cidr: 203.0.113.0/24
          except: [${except}]`,
  );

export const np303: LintRule = {
  code: "NP303",
  name: "except",
  severity: "error",
  summary: "The exceptions of an ipBlock cover all of it, or one of them lies outside.",
  explanation: `Exceptions subtract from their own block. Where together they leave nothing of it, the block allows nothing; where one lies
outside of the block, it takes nothing away, and the addresses that it names may be allowed by another block. (API servers of
today refuse what lies outside; older ones, and other ways into a cluster, may not have.) Exact, in address arithmetic.`,
  bad: manifests(web, from("203.0.113.0/25, 203.0.113.128/25")),
  good: manifests(web, from("203.0.113.0/25")),
  check: ({ rules }) =>
    rules.flatMap(({ policy: of, peers }) =>
      peers.flatMap(({ peer: { ipBlock }, path }) =>
        ipBlock === undefined ? [] : hits(of, [...path, "ipBlock"], ipBlock),
      ),
    ),
};
