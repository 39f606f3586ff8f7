/** What is kept of a value: all of it, these fields of an object, or this of each item of a list. */
export type Shape = "all" | { readonly [field: string]: Shape } | readonly [Shape];

const isList = (shape: Exclude<Shape, "all">): shape is readonly [Shape] => Array.isArray(shape);

/** The value with nothing but what the shape names. What is not of the shape's form is dropped, not passed on. */
export function keep(value: unknown, shape: Shape): unknown {
  if (shape === "all" || value === null || value === undefined) return value ?? undefined;
  if (isList(shape)) {
    return Array.isArray(value) ? value.map((item) => keep(item, shape[0]) ?? null) : undefined;
  }
  if (typeof value !== "object" || Array.isArray(value)) return undefined;
  const kept = Object.entries(shape).flatMap(([field, inner]): [string, unknown][] => {
    const part = Object.hasOwn(value, field) ? keep((value as Fields)[field], inner) : undefined;
    return part === undefined ? [] : [[field, part]];
  });
  return Object.fromEntries(kept);
}

type Fields = Readonly<Record<string, unknown>>;
