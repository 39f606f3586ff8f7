import type { TestContext } from "vitest";

/**
 * Does what a test does. Where the test's time runs out, the work is told so by the signal, and the next test, which has the same
 * network, begins when it has ended (two minutes later at the latest).
 */
export function endedBeforeNext(
  { signal, onTestFinished }: Pick<TestContext, "signal" | "onTestFinished">,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const working = work(signal);
  onTestFinished(async () => {
    // How it ended, the test has said already.
    await working.catch(() => undefined);
  }, 120_000);
  return working;
}
