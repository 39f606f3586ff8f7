import { at } from "./json.ts";
import type { KubeObject } from "./kube-object.ts";

const FIELDS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Lease: [
    ["spec", "acquireTime"],
    ["spec", "renewTime"],
  ],
  Event: [["eventTime"]],
};

const LAYOUT = "2006-01-02T15:04:05.000000Z07:00";
const SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/u;

const problemOf = (text: string): string | undefined => {
  const rest = text.replace(SECONDS, "");
  if (rest === text) return `cannot parse "${text}" as "2006"`;
  if (!/^\.\d{6}/u.test(rest)) return `cannot parse "${rest}" as ".000000"`;
  const zone = rest.slice(7);
  return /^(?:Z|[+-]\d\d:\d\d)$/u.test(zone) ? undefined : `cannot parse "${zone}" as "Z07:00"`;
};

/** What is wrong with an object's MicroTime fields: Go reads exactly six fractional digits and nothing else. */
export const microTimeProblem = (object: KubeObject): string | undefined => {
  for (const path of FIELDS[object.kind] ?? []) {
    const text = at(object, ...path);
    if (typeof text !== "string") continue;
    const problem = problemOf(text);
    if (problem !== undefined) return `parsing time "${text}" as "${LAYOUT}": ${problem}`;
  }
  return undefined;
};
