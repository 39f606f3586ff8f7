import * as z from "zod/mini";
import { crdNotes } from "../../src/kube/wire/crd-notes.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Numbers that zod writes for "any integer that JavaScript can hold": no statement about the field. */
const isNoBound = (key: string, value: Json): boolean =>
  (key === "minimum" || key === "maximum") && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER;

function cleaned(value: Json): Json {
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value)
    .filter(([key, field]) => !isNoBound(key, field))
    .map(([key, field]): [string, Json] => [key, cleaned(field)]);
  const kept: Record<string, Json> = Object.fromEntries(fields);
  // A field with a default may be left out.
  const { properties, required } = kept;
  if (Array.isArray(required) && typeof properties === "object" && properties !== null) {
    const needed = required.filter((name) => !hasDefault(properties, name));
    if (needed.length > 0) kept["required"] = needed;
    else delete kept["required"];
  }
  return kept;
}

function hasDefault(properties: Json, name: Json): boolean {
  const field = (properties as Readonly<Record<string, Json>>)[name as string];
  return typeof field === "object" && field !== null && "default" in field;
}

/** The structural schema of a zod schema, with its notes: what a CustomResourceDefinition takes. */
export function structural(schema: z.core.$ZodType): Json {
  const json = z.toJSONSchema(schema, { io: "input", target: "openapi-3.0", metadata: crdNotes as never });
  return cleaned(JSON.parse(JSON.stringify(json)) as Json);
}
