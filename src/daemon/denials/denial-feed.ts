import type { Denial } from "../../core/denial.ts";
import type { Route } from "../health.ts";

/** How many of the last denials are kept to be shown. */
const KEPT = 256;

/** The last denials, and those who wait for the next. */
export class DenialFeed {
  readonly #recent: Denial[] = [];
  readonly #listeners = new Set<(denial: Denial) => void>();

  push(denial: Denial): void {
    this.#recent.push(denial);
    if (this.#recent.length > KEPT) this.#recent.shift();
    this.#listeners.forEach((listener) => listener(denial));
  }

  /** Answers `/denials` with one JSON object a line: the last ones, and with `?follow` those to come. */
  readonly route: Route = (request, response) => {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    // What a slow reader does not take is not kept for it.
    const write = (denial: Denial): void => {
      if (!response.writableNeedDrain) response.write(`${JSON.stringify(denial)}\n`);
    };
    response.flushHeaders();
    for (const denial of this.#recent) response.write(`${JSON.stringify(denial)}\n`);
    if (!/\?(?:.*&)?follow\b/.test(request.url ?? "")) {
      response.end();
      return;
    }
    this.#listeners.add(write);
    response.once("close", () => this.#listeners.delete(write));
  };
}
