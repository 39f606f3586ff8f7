import { applyPatch, type Operation } from "rfc6902";
import { isArray, type Json } from "./json.ts";
import { badRequest, type Refusal, unprocessable } from "./refusal.ts";

/** JSON patch (RFC 6902); a failed operation or test refuses the whole. */
export const jsonPatch = (target: Json, patch: Json): Json | Refusal => {
  if (!isArray(patch))
    return badRequest("json: cannot unmarshal object into Go value of type jsonpatch.Patch");
  const result = structuredClone(target);
  const problems = applyPatch(result, patch as unknown as Operation[]);
  return problems.every((problem) => problem === null) ? result : unprocessable();
};
