import type { SelectorSite } from "./selector-site.ts";
import { nearest } from "./nearest.ts";
import { type SelectorPart, selectorParts } from "./selector-parts.ts";

export interface MisspeltKey {
  readonly part: SelectorPart;
  /** The key that was probably meant. */
  readonly meant: string;
}

/** Conditions on a key that nothing among the candidates bears, where a key that they do bear is near. */
export function misspeltKeys({ selector, among }: SelectorSite): MisspeltKey[] {
  const borne = new Set(among.flatMap((labels) => Object.keys(labels)));
  const asked = new Set(selectorParts(selector).map(({ key }) => key));
  return selectorParts(selector).flatMap((part) => {
    if (borne.has(part.key)) return [];
    // A key that the same selector asks for as well was not misspelt into this one.
    const meant = nearest(part.key, borne.difference(asked));
    return meant === undefined ? [] : [{ part, meant }];
  });
}
