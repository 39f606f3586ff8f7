import type { SourcedObject } from "../files/manifest-set.ts";
import type { SourcePosition } from "../files/source.ts";
import { objectName } from "../object-name.ts";
import { type FieldPath, fieldText } from "../validation/field-path.ts";

/** The `file` of what a live cluster says. */
export const LIVE = "<cluster>";

/** An object as the API server gave it: it has no lines, so its places are its own name and a field's path. */
export function liveObject(
  apiVersion: string,
  kind: string,
  raw: Readonly<Record<string, unknown>>,
): SourcedObject {
  const { namespace = "", name = "" } = (raw["metadata"] ?? {}) as Readonly<Record<string, unknown>>;
  const object = objectName(kind, String(namespace), String(name));
  const locate = (path: FieldPath): SourcePosition => ({
    file: LIVE,
    live: { object, field: path.length === 0 ? "" : fieldText(path) },
  });
  return { apiVersion, kind, raw, source: locate([]), locate };
}
