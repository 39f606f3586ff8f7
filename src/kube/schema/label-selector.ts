import * as z from "zod/mini";
import type { LabelSelector, LabelSelectorRequirement } from "../../core/selector.ts";
import { list, maybe, text, textMap } from "./wire.ts";

const requirementSchema = z.object({ key: maybe(text), operator: maybe(text), values: maybe(list(text)) });

/** `metav1.LabelSelector`. */
export const labelSelectorSchema = z.object({
  matchLabels: maybe(textMap),
  matchExpressions: maybe(list(requirementSchema)),
});

export type LabelSelectorWire = z.output<typeof labelSelectorSchema>;
export type LabelSelectorRequirementWire = z.output<typeof requirementSchema>;

/** Labels with `null` read as Go reads it, the empty text. */
export function toLabels(
  map: Readonly<Record<string, string | null>> | null | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(map ?? {}).map(([key, value]) => [key, value ?? ""]));
}

/** Takes a selector that validation has found nothing wrong with. */
export const toLabelSelector = ({ matchLabels, matchExpressions }: LabelSelectorWire): LabelSelector => ({
  ...(matchLabels && { matchLabels: toLabels(matchLabels) }),
  ...(matchExpressions && { matchExpressions: matchExpressions.map((each) => toRequirement(each ?? {})) }),
});

const toRequirement = ({
  key,
  operator,
  values,
}: LabelSelectorRequirementWire): LabelSelectorRequirement => ({
  key: key ?? "",
  operator: operator as LabelSelectorRequirement["operator"],
  ...(values && { values: values.map((value) => value ?? "") }),
});
