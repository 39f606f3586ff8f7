/* A policy that has a bit of everything, and rules as people read them. */
import type { FamilyRuleset } from "../../src/render/ruleset.ts";
import { cluster, policy } from "../support/scenario.ts";

export const web = { matchLabels: { app: "web" } };

export const front = cluster([
  policy(
    {
      podSelector: web,
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        { from: [{ podSelector: { matchLabels: { app: "client" } } }], ports: [{ port: "http" }] },
        { from: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.0.0.0/9"] } }] },
      ],
      egress: [
        { ports: [{ port: 53, protocol: "UDP" }] },
        { to: [{ podSelector: {} }, { ipBlock: { cidr: "fd00::/8" } }], ports: [{ port: "http" }] },
      ],
    },
    "front",
  ),
]);

/** Without the digests, which say nothing to people. */
export const readable = (text: string): string =>
  text.replaceAll(/ #[a-z2-7]{10}"/g, '"').replaceAll(/(?<=-)[a-z2-7]{19,24}(?=\W|$)/g, "*");

/** `CHAIN: RULE` of all chains. */
export const written = ({ chains }: FamilyRuleset): string[] =>
  [...chains].flatMap(([chain, rules]) => rules.map((rule) => readable(`${chain}: ${rule}`)));
