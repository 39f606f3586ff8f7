import type { Reporter, TestCase, TestModule } from "vitest/node";

/** Why a suite is skipped stands in its name, in brackets: `describeKernel` puts it there. */
function skippedSuites(modules: readonly TestModule[]): Map<string, number> {
  const suites = new Map<string, number>();
  for (const module of modules) {
    for (const test of module.children.allTests("skipped")) {
      const name = outermost(test);
      suites.set(name, (suites.get(name) ?? 0) + 1);
    }
  }
  return suites;
}

function outermost(test: TestCase): string {
  let name = test.name;
  for (let parent = test.parent; parent.type === "suite"; parent = parent.parent) name = parent.name;
  return name;
}

/** Files that could not be loaded, and suites that could not be set up or taken down: each is a failure of its own. */
function brokenParts(modules: readonly TestModule[]): number {
  return modules.reduce((sum, module) => {
    const suites = [...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
    return sum + suites.length + (module.errors().length > 0 ? 1 : 0);
  }, 0);
}

/** Names what was skipped and why, and closes with one plain line of counts. */
export default class PlainReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const count = (state: "passed" | "failed" | "skipped"): number =>
      modules.reduce((sum, module) => sum + [...module.children.allTests(state)].length, 0);
    const failed = count("failed") + brokenParts(modules) + unhandled.length;
    for (const [name, tests] of skippedSuites(modules)) console.log(`skipped: ${name}: ${tests} tests`);
    console.log(`${count("passed")} passed, ${failed} failed, ${count("skipped")} skipped`);
  }
}
