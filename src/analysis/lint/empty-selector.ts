import { type Labels, matches, selector, selectorText } from "../../core/selector.ts";
import { isAndMeant } from "./and-meant.ts";
import type { LintContext } from "./lint-context.ts";
import { memo } from "./memo.ts";
import type { LintPod } from "./lint-input.ts";
import { misspeltKeys } from "./misspelt-keys.ts";
import { nearest } from "./nearest.ts";
import { selectorParts } from "./selector-parts.ts";
import { type SelectorSite, selectorSites } from "./selector-site.ts";

/** A selector that could match something, and matches nothing here; told apart by what was probably meant. */
export type EmptySelector =
  /** There is nothing to choose from: what it speaks of is perhaps described elsewhere. */
  | { readonly kind: "no candidates"; readonly site: SelectorSite }
  | { readonly kind: "no match"; readonly site: SelectorSite; readonly hint: string | undefined }
  /** Pods of other namespaces bear these labels. */
  | { readonly kind: "elsewhere"; readonly site: SelectorSite; readonly pods: readonly LintPod[] };

/** The first condition that nothing meets: by which values, or by a near one. */
function hintFor({ selector: written, among }: SelectorSite): string | undefined {
  for (const { key, alone } of selectorParts(written)) {
    const only = selector(alone);
    if (among.some((labels) => matches(only, labels))) continue;
    const values = [
      ...new Set(among.flatMap((labels) => (Object.hasOwn(labels, key) ? [labels[key] ?? ""] : []))),
    ].sort();
    const [requirement] = only.kind === "all" ? only.requirements : [];
    if (values.length === 0) return `nothing there has a label \`${key}\``;
    const wanted = requirement?.kind === "in" ? requirement.values[0] : undefined;
    const near = wanted === undefined ? undefined : nearest(wanted, values);
    if (near !== undefined) return `did you mean \`${key}: ${near}\`?`;
    const shown = values.slice(0, 3).map((value) => `\`${value}\``);
    return `\`${key}\` is ${shown.join(", ")}${values.length > shown.length ? ", ..." : ""} there`;
  }
  return undefined;
}

function emptySelector(context: LintContext, site: SelectorSite): EmptySelector | undefined {
  const wanted = selector(site.selector);
  const matchesOne = (labels: Labels): boolean => matches(wanted, labels);
  // Who cannot be matched by anything, and who may be misspelt, is another rule's.
  if (wanted.kind === "nothing" || site.among.some(matchesOne) || misspeltKeys(site).length > 0)
    return undefined;
  if (site.role === "bare peer") {
    if (isAndMeant(context, site)) return undefined;
    const pods = context.live.filter(
      ({ pod }) => pod.namespace !== site.policy.policy.namespace && matchesOne(pod.labels),
    );
    if (pods.length > 0) return { kind: "elsewhere", site, pods };
  }
  if (site.among.length > 0) return { kind: "no match", site, hint: hintFor(site) };
  // Namespaces without pods, or none that match: the namespace selector is told of, or all is elsewhere.
  return { kind: "no candidates", site };
}

/** All selectors of the policies that match nothing here. */
export const emptySelectors = memo((context: LintContext): EmptySelector[] =>
  selectorSites(context).flatMap((site) => emptySelector(context, site) ?? []),
);

/** As kubectl writes it. */
export const siteText = ({ selector: written }: SelectorSite): string => selectorText(selector(written));
