import type { Readable } from "node:stream";
import * as z from "zod/mini";

const metadata = z.looseObject({
  name: z.optional(z.string()),
  namespace: z.optional(z.string()),
  resourceVersion: z.optional(z.string()),
});

/** What any object tells about itself. */
export const apiObject = z.looseObject({ metadata });

const watchEvent = z.discriminatedUnion("type", [
  z.object({ type: z.enum(["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]), object: apiObject }),
  z.object({
    type: z.literal("ERROR"),
    object: z.looseObject({ code: z.optional(z.number()), message: z.optional(z.string()) }),
  }),
]);

export type WatchEvent = z.output<typeof watchEvent>;

/**
 * The events of a watch, one JSON object a line. A connection cut in mid-line ends in an exception like any line that is
 * no event: the caller watches again from the last version that it took.
 */
export async function* watchEvents(body: Readable): AsyncGenerator<WatchEvent> {
  body.setEncoding("utf8");
  let rest = "";
  for await (const chunk of body) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.trim() !== "") yield watchEvent.parse(JSON.parse(line));
    }
  }
  if (rest.trim() !== "") throw new Error("the watch was cut in the middle of an event");
}
