import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clusterArbitrary } from "../../support/cluster-arbitrary.ts";
import { backends } from "../backends.ts";
import { describeKernel } from "../support.ts";
import { compareWithKernel } from "./compare.ts";
import { SEARCH_TIMEOUT } from "../../support/search-settings.ts";
import { isWholeSearch, searchKernel } from "./search.ts";
import { Wire } from "./wire.ts";

/** Most packets of one cluster. */
const LIMIT = 500;

describeKernel("random clusters in a real kernel", () => {
  describe.each(backends)("$name", ({ backend }) => {
    let wire: Wire;
    beforeAll(async () => {
      wire = await Wire.open();
    });
    afterAll(() => wire.close());

    test(
      "packets arrive where core/evaluate allows them, and nowhere else",
      async () => {
        const { allowed, denied } = await searchKernel(
          `kernel oracle, ${backend}`,
          { cases: clusterArbitrary, inTest: 40 },
          (cluster) => compareWithKernel(wire, backend, { cluster, limit: LIMIT }),
        );
        if (!isWholeSearch) return;
        // A search that hardly finds one of the two kinds says little.
        expect(allowed + denied).toBeGreaterThan(2_000);
        expect(denied).toBeGreaterThan(300);
      },
      SEARCH_TIMEOUT,
    );
  });
});
