import { isObject, type Json, type JsonDraft } from "./json.ts";

/** JSON merge patch (RFC 7386): null removes, maps merge, everything else replaces. */
export const mergePatch = (target: Json | undefined, patch: Json): Json => {
  if (!isObject(patch)) return patch;
  const merged: JsonDraft = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else if (value !== undefined) merged[key] = mergePatch(merged[key], value);
  }
  return merged;
};
