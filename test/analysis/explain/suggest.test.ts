import { expect, test } from "vitest";
import { carefulCan } from "../../../src/analysis/careful-can.ts";
import { explain } from "../../../src/analysis/explain/explain.ts";
import type { Suggestion } from "../../../src/analysis/explain/suggest/suggestion.ts";
import type { Pod } from "../../../src/core/cluster.ts";
import { keyOf } from "../../../src/core/cluster.ts";
import { compile } from "../../../src/core/compile.ts";
import { podEnd } from "../../../src/core/end.ts";
import { cluster, namespaces, pod, policy } from "../../support/scenario.ts";

/** What would allow TCP 80 between the first two pods. */
function suggested(
  pods: readonly [Pod, Pod, ...Pod[]],
  policies: Parameters<typeof cluster>[0],
): readonly Suggestion[] {
  const input = {
    program: compile(cluster(policies, { pods })),
    namespaces: new Map(namespaces.map((each) => [each.name, each])),
    pods,
    policies: new Map(
      policies.map((each) => [keyOf(each), { object: keyOf(each), policy: each, locate: () => ({}) }]),
    ),
  };
  const party = (each: Pod) => ({ name: keyOf(each), end: podEnd(each), several: false });
  const pair = {
    from: party(pods[0]),
    to: party(pods[1]),
    flow: { protocol: "TCP", port: 80 },
    source: "its own",
  } as const;
  const answer = carefulCan(input.program, pair);
  return explain(input, { ...answer, parts: [{ pair, answer }] }).groups[0]?.suggestions ?? [];
}

test("a policy that is suggested isolates nobody whom the others leave open", () => {
  const [web, api, open, other] = [
    pod("shop/web", { labels: { app: "web" }, ips: ["10.0.0.1"] }),
    pod("shop/api", { labels: { app: "api" }, ips: ["10.0.0.2"] }),
    pod("shop/open", { labels: { app: "api", tier: "db" }, ips: ["10.0.0.3"] }),
    pod("shop/other", { labels: { app: "other" }, ips: ["10.0.0.4"] }),
  ];
  const notDb = { matchExpressions: [{ key: "tier", operator: "NotIn" as const, values: ["db"] }] };
  const [made] = suggested([web, api, open, other], [policy({ podSelector: notDb }, "not-db")]);
  expect(made).toMatchObject({
    kind: "add policy",
    made: { spec: { podSelector: { matchLabels: { app: "api" }, ...notDb } } },
  });
});

test("labels that controllers put on pods name nobody for good", () => {
  const [web, api] = [
    pod("shop/web", { labels: { app: "web", "pod-template-hash": "5c1" }, ips: ["10.0.0.1"] }),
    pod("shop/api", { labels: { app: "api" }, ips: ["10.0.0.2"] }),
  ];
  const closed = policy({ podSelector: { matchLabels: { app: "api" } } }, "api");
  expect(suggested([web, api], [closed])).toMatchObject([
    {
      kind: "add rule",
      policy: "shop/api",
      rule: { from: [{ podSelector: { matchLabels: { app: "web" } } }] },
    },
  ]);
});
