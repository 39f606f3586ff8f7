import { defineConfig } from "vitest/config";

/** Files whose tests disturb the others', or would be disturbed: by restarts, lost nodes, addresses of pods to come. */
const alone = ["newborn", "nodes", "takeover", "under-traffic", "uninstall"].map(
  (name) => `test/e2e/${name}.e2e.ts`,
);

/** Tests on the real cluster that `make cluster` started, which all of them share: some beside each other, then the rest in turn. */
export default defineConfig({
  test: {
    reporters: ["default", "./test/support/plain-reporter.ts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        test: {
          name: "beside",
          include: ["test/e2e/*.e2e.ts"],
          exclude: alone,
          maxWorkers: 5,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: "alone", include: alone, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
