import * as fc from "fast-check";

// A mutant is dead at the first counterexample: no time goes into a smaller one.
fc.configureGlobal({ seed: 1, numRuns: 25, endOnFailure: true });
