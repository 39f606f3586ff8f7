import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Labels } from "../../src/core/selector.ts";
import { isEverything, matches, selector, selectorText } from "../../src/core/selector.ts";
import { selectorArbitrary } from "../support/arbitrary/labels.ts";
import { selects } from "../support/naive/selects.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";

/** Every label map over the alphabet that selectors are made of, and one value that none of them names. */
const states = [undefined, "x", "y", "", "elsewhere"];
const everyLabels: readonly Labels[] = states.flatMap((app) =>
  states.flatMap((tier) =>
    states.map((constructor): Labels => {
      const entries = Object.entries({ app, tier, constructor });
      return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
    }),
  ),
);

describe("selectors", () => {
  test(
    "match what the documentation says they match",
    () => {
      search("selectors against the naive ones", { cases: selectorArbitrary, inTest: 2_000 }, (each) => {
        const canonical = selector(each);
        const theirs = everyLabels.map((labels) => selects(each, labels));
        expect(
          everyLabels.map((labels) => matches(canonical, labels)),
          JSON.stringify(each),
        ).toEqual(theirs);
        expect(isEverything(canonical)).toBe(!theirs.includes(false));
        return everyLabels.length;
      });
    },
    SEARCH_TIMEOUT,
  );

  test(
    "that match the same labels are equal values with equal texts, and only they",
    () => {
      search(
        "canonical selectors",
        { cases: fc.tuple(selectorArbitrary, selectorArbitrary), inTest: 3_000 },
        ([a, b]) => {
          const isSame = everyLabels.every((labels) => selects(a, labels) === selects(b, labels));
          const [canonicalA, canonicalB] = [selector(a), selector(b)];
          const said = JSON.stringify({ a, b });
          expect(JSON.stringify(canonicalA) === JSON.stringify(canonicalB), said).toBe(isSame);
          expect(selectorText(canonicalA) === selectorText(canonicalB), said).toBe(isSame);
          return 1;
        },
      );
    },
    SEARCH_TIMEOUT,
  );
});
