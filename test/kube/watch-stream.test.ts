import { Readable } from "node:stream";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type WatchEvent, watchEvents } from "../../src/kube/watch-stream.ts";

const event = (name: string): WatchEvent => ({ type: "ADDED", object: { metadata: { name } } });
const line = (each: unknown): string => `${JSON.stringify(each)}\n`;

async function read(chunks: Iterable<string | Buffer>): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  for await (const each of watchEvents(Readable.from(chunks, { objectMode: false }))) events.push(each);
  return events;
}

/** The bytes, cut at these places. */
function pieces(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return cuts.slice(1).map((cut, i) => bytes.subarray(cuts[i], cut));
}

test("events are the same wherever the bytes are cut", async () => {
  const cases = fc.tuple(fc.array(fc.string({ unit: "grapheme" })), fc.array(fc.nat()));
  await fc.assert(
    fc.asyncProperty(cases, async ([names, places]) => {
      const events = names.map(event);
      const bytes = Buffer.from(events.map(line).join(""));
      expect(await read(pieces(bytes, places))).toEqual(events);
    }),
  );
});

test("blank lines keep a connection alive and mean nothing", async () => {
  expect(await read(["\n\n", line(event("a")), "\r\n", line(event("b")), " "])).toEqual([
    event("a"),
    event("b"),
  ]);
});

test("what stands in an object is kept, whatever it is", async () => {
  const pod = {
    type: "MODIFIED",
    object: { kind: "Pod", metadata: { name: "p", labels: { a: "b" } }, spec: { x: [1] } },
  };
  expect(await read([line(pod)])).toEqual([pod]);
});

describe("is an exception after the events before it", () => {
  test.each(
    Object.entries({
      "a line cut short": '{"type":"ADDED","obj',
      "a whole line that is no JSON": "<html>\n",
      "an event of no known kind": line({ type: "MOVED", object: { metadata: {} } }),
      "an object that says nothing about itself": line({ type: "ADDED", object: {} }),
      "no event": line([]),
    }),
  )("%s", async (_, tail) => {
    const seen: WatchEvent[] = [];
    const reading = (async () => {
      for await (const each of watchEvents(Readable.from([line(event("a")), tail]))) seen.push(each);
    })();
    await expect(reading).rejects.toThrow();
    expect(seen).toEqual([event("a")]);
  });
});

test("a reader who leaves closes the connection", async () => {
  const body = Readable.from([line(event("a")), line(event("b"))]);
  for await (const _ of watchEvents(body)) break;
  expect(body.destroyed).toBe(true);
});
