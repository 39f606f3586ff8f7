import * as z from "zod/mini";

/**
 * The building blocks of what Selvedge reads from the API. They take what Go's decoder takes: `null` anywhere, for the
 * type's zero value (also inside a list), and fields that they do not know, since API objects grow.
 */

/** A field that may be absent, or `null`. */
export const maybe = <T extends z.core.$ZodType>(type: T): z.ZodMiniOptional<z.ZodMiniNullable<T>> =>
  z.optional(z.nullable(type));

export const text = z.string();
export const flag = z.boolean();
export const int32 = z.int32();
export const int64 = z.int();

/** A list; a `null` in it stands for the element's zero value. */
export const list = <T extends z.core.$ZodType>(type: T): z.ZodMiniArray<z.ZodMiniNullable<T>> =>
  z.array(z.nullable(type));

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A map of texts. Not `z.record`, which leaves out a key named `__proto__`: the API server sees that key, and refuses it.
 */
export const textMap = z.custom<Readonly<Record<string, string | null>>>().check((context) => {
  if (!isMap(context.value)) {
    context.issues.push({ code: "invalid_type", expected: "record", input: context.value });
    return;
  }
  for (const [key, value] of Object.entries(context.value)) {
    if (typeof value === "string" || value === null) continue;
    context.issues.push({ code: "invalid_type", expected: "string", input: value, path: [key] });
  }
});

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[-+]\d\d:\d\d)$/;
const isTime = (value: string): boolean => RFC3339.test(value) && !Number.isNaN(Date.parse(value));

/** RFC 3339, as `metav1.Time`. */
export const time = z.string().check(z.refine(isTime, { error: "must be a time (RFC 3339)" }));
