import { defineConfig } from "vitest/config";
import QuickFirst from "./test/mutation/quick-first.ts";

/*
 * What Stryker runs against the mutants of `core` and `render`: the pure tests, without kernel, lab or processes. Their
 * searches are short, since each is run a thousand times, and seeded, so that the score repeats.
 */
export default defineConfig({
  test: {
    include: ["test/{core,render,property}/**/*.test.ts", "test/daemon/denials/*.test.ts"],
    setupFiles: ["./test/mutation/repeatable-searches.ts"],
    env: { SELVEDGE_RUNS: "60", SELVEDGE_SEED: "1" },
    sequence: { sequencer: QuickFirst },
    // The tests share no state, and a worker for each file would cost more than most of them.
    isolate: false,
    testTimeout: 60_000,
  },
});
