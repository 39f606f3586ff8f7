import { describe, expect, it } from "vitest";
import { lintCodes } from "../../../src/analysis/lint/lint-rules.ts";
import { codesIn } from "./lint-text.ts";

describe.each(lintCodes)("$code $name", ({ code, bad, good }) => {
  it("is found in its own bad example, and nothing else is", () => {
    expect(codesIn(bad)).toEqual([code]);
  });

  it("is not found in its good example, nor is anything else", () => {
    expect(codesIn(good)).toEqual([]);
  });
});
