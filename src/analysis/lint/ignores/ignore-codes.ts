import { manifests, pod, policy } from "../example.ts";
import type { LintCode } from "../lint-rule.ts";

const web = pod("shop/web", "app: web");
const isolate = policy("shop/web", "podSelector: {}\npolicyTypes: [Ingress]\ningress: [{}]");
const isolateWeb = policy(
  "shop/web",
  "podSelector: {matchLabels: {app: web}}\npolicyTypes: [Ingress]\ningress: [{}]",
);
const jobs = (comment: string): string =>
  policy(
    "shop/jobs",
    `${comment}podSelector: {matchLabels: {app: nightly}}
policyTypes: [Ingress]`,
  );

/** Not a rule that looks at the cluster: said of what silences rules. */
export const np001: LintCode = {
  code: "NP001",
  name: "ignore-without-reason",
  severity: "error",
  summary: "A selvedge-ignore comment without a code or without a reason: it silences nothing.",
  explanation: `\`# selvedge-ignore NP101: the job runs at night only\` silences NP101, and says why: the codes, separated by commas, a
colon, and a reason in words. At the end of a line it speaks of that line; on a line of its own, of what is below it: one
line, or the block that begins there; above the first line of a document, of the whole document.`,
  bad: manifests(
    web,
    isolate,
    policy(
      "shop/web-too",
      "# selvedge-ignore\npodSelector: {matchLabels: {app: web}}\npolicyTypes: [Egress]\negress: []",
    ),
  ),
  good: manifests(web, isolateWeb, jobs("# selvedge-ignore NP101: these pods exist at night only\n")),
};

/** See `np001`. */
export const np002: LintCode = {
  code: "NP002",
  name: "unused-ignore",
  severity: "warning",
  summary: "A selvedge-ignore comment that silences nothing.",
  explanation: `What it silenced has been mended, or it stands in the wrong place. Left where it is, it would silence the next fault there.
\`--fix\` removes it.`,
  bad: manifests(
    web,
    policy(
      "shop/web",
      "# selvedge-ignore NP101: these pods exist at night only\npodSelector: {}\npolicyTypes: [Ingress]\ningress: [{}]",
    ),
  ),
  good: manifests(web, isolate),
};
