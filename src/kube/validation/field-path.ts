/** Steps from an object's root to one of its fields: `["spec", "ingress", 0, "from"]`. */
export type FieldPath = readonly (string | number)[];

const FIELD_NAME = /^[A-Za-z][A-Za-z0-9]*$/;

function stepText(step: string | number, i: number): string {
  if (typeof step === "number" || !FIELD_NAME.test(step)) return `[${step}]`;
  return i === 0 ? step : `.${step}`;
}

/** The path as the API server writes it: `spec.ingress[0].from`; what can only be a map's key stands in brackets too. */
export const fieldText = (path: FieldPath): string =>
  path.length === 0 ? "<root>" : path.map(stepText).join("");
