import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    reporters: ["default", "./test/support/plain-reporter.ts"],
    globalSetup: "./test/support/own-tmpdir.ts",
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A guard against hanging: vitest's own second is a bar that a busy machine does not reach.
    expect: { poll: { timeout: 20_000 } },
    // Two at once is what the smallest machine bears; tests that count on quick packets must not starve.
    maxWorkers: 2,
  },
});
