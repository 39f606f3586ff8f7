import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files whose properties each take a noticeable part of a second: asked only about what all others let live. */
const SLOW = ["metamorphic", "packet-oracle", "hitless", "naive-oracle", "rule-text"];

const rank = ({ moduleId }: TestSpecification): number =>
  SLOW.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));

/** Most mutants die of the first tests that look at them, so the quickest go first, and always in the same order. */
export default class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => rank(a) - rank(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}
