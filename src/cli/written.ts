import type { Written } from "../analysis/lint/lint-input.ts";
import type { SourcedObject } from "../kube/files/manifest-set.ts";
import { nameOf } from "../kube/read-objects.ts";
import { fieldText } from "../kube/validation/field-path.ts";

/** An object's name, and where its fields stand; `object` is its name where nobody wrote it. */
export function written(source: SourcedObject | undefined, object: string): Written {
  const locate: Written["locate"] = (path, part) => {
    const field = path.length === 0 ? undefined : fieldText(path);
    if (source === undefined) return { field };
    const { file, line, column, live } = source.locate(path, part);
    return live === undefined ? { file, line, column, field } : { field };
  };
  return { object: source === undefined ? object : nameOf(source), locate };
}
