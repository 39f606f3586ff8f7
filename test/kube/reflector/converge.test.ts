import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Intercept } from "../../../src/lab/apiserver/intercept.ts";
import { SEARCH_TIMEOUT } from "../../support/search.ts";
import { PATIENCE, faultyServer, follow } from "./fixture.ts";
import { flakyLink } from "./flaky-link.ts";

type Answer = Awaited<ReturnType<Intercept>>;

type Step =
  | { readonly kind: "write"; readonly name: string; readonly value: string }
  | { readonly kind: "erase"; readonly name: string }
  | { readonly kind: "expire" }
  | { readonly kind: "cut" }
  | { readonly kind: "cut in mid-answer"; readonly bytes: number }
  | { readonly kind: "refuse connections" }
  | { readonly kind: "answer wrongly"; readonly count: number; readonly answer: Answer }
  | { readonly kind: "rest"; readonly milliseconds: number };

const name = fc.constantFrom("a", "b", "c", "d");

const answer = fc.constantFrom<Answer>(
  { status: 410 },
  { status: 429, headers: { "retry-after": "0" } },
  { status: 500, body: "oops" },
  { status: 200, body: "<html>" },
  { status: 200, body: '{"type":"ERROR","object":{"code":410}}\n' },
  { status: 200, body: '{"type":"ADDED","object":{"metadata":{"na' },
  "cut",
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("write" as const), name, value: fc.string({ maxLength: 3 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("erase" as const), name }) },
  { weight: 2, arbitrary: fc.constant({ kind: "expire" } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: "cut" } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("cut in mid-answer" as const),
      bytes: fc.integer({ min: 1, max: 900 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "refuse connections" } as const) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("answer wrongly" as const),
      count: fc.integer({ min: 1, max: 3 }),
      answer,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("rest" as const),
      milliseconds: fc.integer({ min: 0, max: 20 }),
    }),
  },
);

const rest = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

test(
  "after any writes and faults the store holds what the server holds",
  async () => {
    const api = await faultyServer({ bookmarkIntervalMs: 15 });
    const link = await flakyLink(api.server.url);
    const { content } = follow(link.url);
    let wrong = 0;
    let asked: Answer;
    api.disturb(() => {
      if (wrong === 0) return undefined;
      wrong -= 1;
      return asked;
    });
    const carryOut = async (each: Step): Promise<void> => {
      switch (each.kind) {
        case "write":
          return api.write(each.name, each.value);
        case "erase":
          return api.erase(each.name);
        case "expire":
          return api.server.expireHistory();
        case "cut":
          return link.cut();
        case "cut in mid-answer":
          return link.cutAfter(each.bytes);
        case "refuse connections":
          return link.refuse();
        case "answer wrongly":
          wrong = each.count;
          asked = each.answer;
          return undefined;
        case "rest":
          return rest(each.milliseconds);
      }
    };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25, size: "max" }), async (steps) => {
        for (const each of steps) await carryOut(each);
        wrong = 0;
        await link.welcome();
        await expect.poll(content, PATIENCE).toEqual(api.content());
      }),
      { numRuns: 60 },
    );
  },
  SEARCH_TIMEOUT,
);
