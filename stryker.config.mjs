// `make mutation`: every change that Stryker knows, in `core` and `render`, against the pure tests.
export default {
  mutate: ["src/core/**/*.ts", "src/render/**/*.ts"],
  testRunner: "vitest",
  vitest: { configFile: "vitest.mutation.config.ts", related: false },
  coverageAnalysis: "perTest",
  concurrency: 2,
  // Long, since what merely waits for a busy machine would count as noticed.
  timeoutMS: 20_000,
  reporters: ["clear-text", "json", "progress-append-only"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: false },
  jsonReporter: { fileName: "reports/mutation.json" },
  incrementalFile: "reports/mutation-incremental.json",
  // Fails with TypeScript 7, which has no API to rewrite a tsconfig with; nothing in the sandbox reads one.
  tsconfigFile: "none",
  tempDirName: ".stryker-tmp",
  ignorePatterns: ["/dist", "/bench", "/docs", "/fixtures", "/scripts", "/test/{cli,house,lab,library}"],
};
