import * as fc from "fast-check";
import type { LabelSelector, LabelSelectorRequirement, Labels } from "../../../src/core/selector.ts";

/** Few keys and values, so that selectors and labels meet often. `constructor` is on every object's prototype. */
const key = fc.oneof(
  { weight: 5, arbitrary: fc.constant("app") },
  { weight: 2, arbitrary: fc.constant("tier") },
  { weight: 1, arbitrary: fc.constant("constructor") },
);
const value = fc.oneof(
  { weight: 4, arbitrary: fc.constant("x") },
  { weight: 3, arbitrary: fc.constant("y") },
  { weight: 1, arbitrary: fc.constant("") },
);

export const labelsArbitrary: fc.Arbitrary<Labels> = fc.dictionary(key, value, {
  maxKeys: 3,
  noNullPrototype: true,
});

const listed = fc.record({
  key,
  operator: fc.constantFrom("In" as const, "NotIn" as const),
  values: fc.uniqueArray(value, { minLength: 1, maxLength: 2 }),
});

const bare = fc.record({ key, operator: fc.constantFrom("Exists" as const, "DoesNotExist" as const) });

const requirement: fc.Arbitrary<LabelSelectorRequirement> = fc.oneof(listed, bare);

/** `{}` often; matchLabels and expressions, alone and together, agreeing and contradicting each other. */
export const selectorArbitrary: fc.Arbitrary<LabelSelector> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  {
    weight: 3,
    arbitrary: fc.record({
      matchLabels: fc.dictionary(key, value, { minKeys: 1, maxKeys: 1, noNullPrototype: true }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ matchExpressions: fc.array(requirement, { minLength: 1, maxLength: 2 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record(
      { matchLabels: labelsArbitrary, matchExpressions: fc.array(requirement, { maxLength: 3 }) },
      { requiredKeys: [] },
    ),
  },
);
