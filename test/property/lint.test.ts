import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ToStringOptions, parse, stringify } from "yaml";
import { lintCodes } from "../../src/analysis/lint/lint-rules.ts";
import { fixedFiles } from "../../src/cli/lint-fixes.ts";
import { formatCidr, parseCidr } from "../../src/core/cidr.ts";
import type { Cluster } from "../../src/core/compile.ts";
import type { NetworkPolicy, NetworkPolicyPeer } from "../../src/core/network-policy.ts";
import { equalTraffic } from "../../src/core/traffic.ts";
import { clusterFromManifests } from "../../src/kube/cluster-from-manifests.ts";
import { yamlComments } from "../../src/kube/files/fix/yaml-comments.ts";
import { parsedManifests } from "../support/parsed-manifests.ts";
import { lintText } from "../analysis/lint/lint-text.ts";
import { clusterArbitrary } from "../support/cluster-arbitrary.ts";
import { manifests } from "../support/manifests.ts";
import { compareMeaning } from "../support/meaning.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";

const canonical = (cidr: string): string => {
  const read = parseCidr(cidr);
  return read === undefined ? cidr : formatCidr(read);
};

/** As the API server wants it: no empty peers, no bits beyond a block's length. */
const tidyPeers = (peers: readonly NetworkPolicyPeer[] | undefined): NetworkPolicyPeer[] =>
  (peers ?? []).flatMap(({ ipBlock, ...selectors }): NetworkPolicyPeer[] => {
    // The API server refuses blocks of IPv4 addresses in IPv6's clothes.
    if (ipBlock?.cidr.startsWith("::ffff:a") === true) return [];
    if (ipBlock !== undefined)
      return [{ ipBlock: { cidr: canonical(ipBlock.cidr), except: (ipBlock.except ?? []).map(canonical) } }];
    return Object.keys(selectors).length === 0 ? [] : [selectors];
  });

function tidyPolicy(policy: NetworkPolicy): NetworkPolicy[] {
  const { spec } = policy;
  if (spec === "invalid") return [];
  const ingress = (spec.ingress ?? []).flatMap((rule) =>
    rule === "invalid" ? [] : [{ ...rule, from: tidyPeers(rule.from) }],
  );
  const egress = (spec.egress ?? []).flatMap((rule) =>
    rule === "invalid" ? [] : [{ ...rule, to: tidyPeers(rule.to) }],
  );
  // Rules twice, so that there is something to mend.
  return [
    {
      ...policy,
      spec: { ...spec, ingress: [...ingress, ...ingress], egress: [...egress, ...egress.slice(0, 1)] },
    },
  ];
}

const tidy = (cluster: Cluster): Cluster => ({ ...cluster, policies: cluster.policies.flatMap(tidyPolicy) });

const parsed = (text: string): Cluster | undefined => {
  const { namespaces, pods, policies, problems } = clusterFromManifests(parsedManifests("test.yaml", text));
  return problems.length > 0
    ? undefined
    : { namespaces, pods, policies: policies.map(({ policy }) => policy) };
};

const objectsOf = (cluster: Cluster): unknown[] =>
  manifests(cluster)
    .split("---\n")
    .map((document): unknown => parse(document));

/** By YAML 1.1, which Kubernetes reads: `y` stands in quotes. */
const yaml = (cluster: Cluster, options: ToStringOptions): string =>
  objectsOf(cluster)
    .map((object) => stringify(object, { version: "1.1", aliasDuplicateObjects: false, ...options }))
    .join("---\n");

/** The same objects in several layouts. */
const layouts: Readonly<Record<string, (cluster: Cluster) => string>> = {
  block: (cluster) => yaml(cluster, {}),
  commented: (cluster) =>
    yaml(cluster, {})
      .split("\n")
      .map((line, i) =>
        line === "" || line === "---" ? line : i % 3 === 0 ? `${line} # said on line ${i}` : line,
      )
      .join("\n"),
  "not indented": (cluster) => yaml(cluster, { indentSeq: false }),
  flow: (cluster) => yaml(cluster, { collectionStyle: "flow" }),
  JSON: (cluster) =>
    objectsOf(cluster)
      .map((object) => `${JSON.stringify(object, undefined, 2)}\n`)
      .join("---\n"),
};

function isSubsequence(short: readonly string[], long: readonly string[]): boolean {
  let at = 0;
  for (const line of long) if (line === short[at]) at += 1;
  return at === short.length;
}

/** What `key: []` was before its list went. */
const withList = (line: string): string => line.replace(/: \[\]/, ":");

/** The API server refuses some of what policies can mean: IPv4-mapped IPv6 blocks, for one. */
const accepted = clusterArbitrary.map(tidy).filter((cluster) => parsed(yaml(cluster, {})) !== undefined);

describe("lint of random clusters", () => {
  it.each(Object.keys(layouts))(
    "never throws, says known codes only, and its mends keep meaning and layout: %s",
    (layout) => {
      const known = new Set(lintCodes.map(({ code }) => code));
      let mended = 0;
      search(`lint, ${layout}`, { cases: accepted, inTest: 25 }, (cluster) => {
        const text = layouts[layout]?.(cluster) ?? "";
        const before = parsed(text);
        if (before === undefined) throw new Error(`the test wrote what cannot be read\n${text}`);
        const findings = lintText(text);
        for (const { code } of findings) if (!known.has(code)) throw new Error(`unknown code ${code}`);
        const [fixed] = fixedFiles(findings, () => text);
        if (fixed === undefined) return 0;
        mended += fixed.fixed;
        const after = parsed(fixed.after);
        if (after === undefined) throw new Error(`mended into what cannot be read\n${fixed.after}`);
        for (const { way, one, other } of compareMeaning(before, after)) {
          if (!equalTraffic(one.possible, other.possible) || !equalTraffic(one.certain, other.certain))
            throw new Error(`${way} is judged otherwise\n${text}\n\n${fixed.after}`);
        }
        // Every line that is left was there before, but for a key whose list is gone; JSON loses commas, too.
        const lines = (some: string): string[] => some.split("\n").map(withList);
        if (!["JSON", "flow"].includes(layout) && !isSubsequence(lines(fixed.after), lines(text)))
          throw new Error(`layout\n${text}\n\n${fixed.after}`);
        const own = yamlComments(text).map((comment) => comment.text);
        if (
          !isSubsequence(
            yamlComments(fixed.after).map((comment) => comment.text),
            own,
          )
        )
          throw new Error("comments");
        const rest = fixedFiles(lintText(fixed.after), () => fixed.after);
        const stuck = findings.filter(({ fix }) => fix !== undefined).length - fixed.fixed;
        if (stuck > 0) throw new Error(`${stuck} not mended\n${text}`);
        if (rest.some(({ fixed: more }) => more > findings.length)) throw new Error("mends breed mends");
        return findings.length;
      });
      expect(mended).toBeGreaterThan(0);
    },
    SEARCH_TIMEOUT,
  );

  it(
    "takes any label, any port name and any comment as it is",
    () => {
      const words = fc.string({ unit: "grapheme", maxLength: 12 });
      search(
        "lint, words",
        { cases: fc.record({ comment: words, key: words }), inTest: 100 },
        ({ comment, key }) => {
          const text = `# selvedge-ignore ${comment.replaceAll(/[\r\n\u0085\u2028\u2029]/g, " ")}\n${stringify(
            {
              apiVersion: "networking.k8s.io/v1",
              kind: "NetworkPolicy",
              metadata: { name: "p" },
              spec: { podSelector: {}, [key]: [key] },
            },
          )}`;
          return parsed(text) === undefined ? 0 : lintText(text).length;
        },
      );
    },
    SEARCH_TIMEOUT,
  );
});
