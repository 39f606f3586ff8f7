import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fieldText } from "../../../src/kube/validation/field-path.ts";
import { validateNetworkPolicy } from "../../../src/kube/validation/validate-network-policy.ts";
import { corpus } from "./record/corpus.ts";

/** What the real API server's code said of each case; made by `record/`. */
interface Said {
  readonly problems?: readonly {
    readonly field: string;
    readonly reason: string;
    readonly message: string;
  }[];
  readonly warnings?: readonly string[];
}

interface Recording {
  readonly kubernetes: string;
  readonly cases: readonly (Said & {
    readonly name: string;
    readonly object: unknown;
    /** Why its decoder stopped, before any validation. */
    readonly decode?: string;
    /** What it says without StrictIPCIDRValidation, where that is something else. */
    readonly legacy?: Said;
  })[];
}

const recording = JSON.parse(readFileSync(new URL("recording.json", import.meta.url), "utf8")) as Recording;

/** Go walks maps in no order, so neither do we compare one. */
const sorted = <T>(values: readonly T[]): T[] =>
  values.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

describe(`NetworkPolicy validation equals that of the API server of Kubernetes ${recording.kubernetes}`, () => {
  const stopped = recording.cases.filter(({ decode }) => decode !== undefined);
  const judged = recording.cases.filter(({ decode }) => decode === undefined);

  it.each(judged)("$name", ({ object, problems = [], warnings = [] }) => {
    const verdict = validateNetworkPolicy(object);
    const ours = verdict.problems.map(({ path, reason, message }) => ({
      field: fieldText(path),
      reason,
      message,
    }));
    expect(sorted(ours)).toEqual(sorted(problems));
    expect(ours.map(({ field }) => field)).toEqual(problems.map(({ field }) => field));
    expect(sorted(verdict.warnings.map(({ text }) => text))).toEqual(sorted(warnings));
  });

  it.each(judged.filter(({ legacy }) => legacy !== undefined))(
    "$name, stored before 1.36",
    ({ object, legacy }) => {
      const verdict = validateNetworkPolicy(object, "legacy");
      const ours = verdict.problems.map(({ path, reason, message }) => ({
        field: fieldText(path),
        reason,
        message,
      }));
      expect(sorted(ours)).toEqual(sorted(legacy?.problems ?? []));
      expect(sorted(verdict.warnings.map(({ text }) => text))).toEqual(sorted(legacy?.warnings ?? []));
    },
  );

  it.each(stopped)("$name: not decodable", ({ object }) => {
    const { problems } = validateNetworkPolicy(object);
    expect(problems.map(({ reason }) => reason)).toContain("FieldValueTypeInvalid");
  });

  it("is of the corpus as it stands (else: record/README.md)", () => {
    const written = recording.cases.map(({ name, object }) => ({ name, object }));
    expect(JSON.stringify(written)).toBe(JSON.stringify(corpus));
  });

  it("covers acceptance and every reason", () => {
    const reasons = new Set(judged.flatMap(({ problems = [] }) => problems.map(({ reason }) => reason)));
    expect(sorted([...reasons])).toEqual([
      "FieldValueForbidden",
      "FieldValueInvalid",
      "FieldValueNotSupported",
      "FieldValueRequired",
    ]);
    expect(judged.filter(({ problems }) => problems === undefined).length).toBeGreaterThan(300);
    expect(stopped.length).toBeGreaterThan(200);
  });
});
