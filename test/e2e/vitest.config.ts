import { defineConfig } from "vitest/config";

/** Tests on the real cluster that `make cluster` started; one after the other, since all of them share it. */
export default defineConfig({
  test: {
    include: ["test/e2e/*.e2e.ts"],
    reporters: ["default", "./test/support/plain-reporter.ts"],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
