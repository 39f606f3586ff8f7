import type { ObjectMetaWire, OwnerReferenceWire } from "../schema/object-meta.ts";
import type { FieldPath } from "./field-path.ts";
import { type FieldProblem, invalid, required } from "./field-problem.ts";
import { annotations, labels } from "./labels.ts";
import { dnsLabelProblems, dnsSubdomainProblems, labelKeyProblems } from "./names.ts";

/** Finalizers that need no domain in front (core/v1 helpers, IsStandardFinalizerName). */
const STANDARD_FINALIZERS: ReadonlySet<string> = new Set(["kubernetes", "orphan", "foregroundDeletion"]);

/**
 * Metadata of an object that lives in a namespace and is named by a DNS subdomain (api/validation ValidateObjectMeta and
 * core/validation's addition to it). A namespace that is left out is not missing: the request supplies it.
 */
export const objectMeta = (path: FieldPath, meta: ObjectMetaWire): FieldProblem[] => [
  ...names(path, meta),
  ...(meta.namespace
    ? dnsLabelProblems(meta.namespace).map((says) => invalid([...path, "namespace"], meta.namespace, says))
    : []),
  ...labels([...path, "labels"], meta.labels ?? {}),
  ...annotations([...path, "annotations"], meta.annotations ?? {}),
  ...ownerReferences([...path, "ownerReferences"], meta.ownerReferences ?? []),
  ...finalizers([...path, "finalizers"], meta.finalizers ?? []),
];

/** What a generated name will look like: its prefix may end in a dash (api/validation maskTrailingDash). */
function generated(prefix: string): string {
  const runes = Array.from(prefix);
  if (runes.length < 2 || runes.at(-1) !== "-") return prefix;
  // The API server puts an "a" in place of the dash and of one byte before it: half of a longer rune stays, and is no name.
  const half = "_".repeat(Buffer.byteLength(runes.at(-2) ?? "") - 1);
  return `${runes.slice(0, -2).join("")}${half}a`;
}

function names(path: FieldPath, { name, generateName }: ObjectMetaWire): FieldProblem[] {
  const problems = generateName
    ? dnsSubdomainProblems(generated(generateName)).map((says) =>
        invalid([...path, "generateName"], generateName, says),
      )
    : [];
  if (!name && !generateName) problems.push(required([...path, "name"], "name or generateName is required"));
  if (!name) return problems;
  return [...problems, ...dnsSubdomainProblems(name).map((says) => invalid([...path, "name"], name, says))];
}

function ownerReferences(path: FieldPath, owners: readonly (OwnerReferenceWire | null)[]): FieldProblem[] {
  const problems = owners.flatMap((owner, i) => ownerReference(path, owner ?? {}, i));
  const [first, ...others] = owners.filter((owner) => owner?.controller === true);
  const called = (owner: OwnerReferenceWire | null | undefined): string =>
    `${owner?.kind ?? ""}/${owner?.name ?? ""}`;
  for (const other of others) {
    const says = `Only one reference can have Controller set to true. Found "true" in references for ${called(first)} and ${called(other)}`;
    problems.push(invalid(path, owners.map(shownOwner), says));
  }
  return problems;
}

/** An owner reference in the order and with the omissions of Go's encoder. */
const shownOwner = (owner: OwnerReferenceWire | null): OwnerReferenceWire => ({
  apiVersion: owner?.apiVersion ?? "",
  kind: owner?.kind ?? "",
  name: owner?.name ?? "",
  uid: owner?.uid ?? "",
  ...(typeof owner?.controller === "boolean" && { controller: owner.controller }),
  ...(typeof owner?.blockOwnerDeletion === "boolean" && { blockOwnerDeletion: owner.blockOwnerDeletion }),
});

/** The part of an `apiVersion` that is its version; a text with two slashes or more has none. */
const versionOf = (apiVersion: string): string => {
  const parts = apiVersion.split("/");
  return parts.length > 2 ? "" : (parts.at(-1) ?? "");
};

function ownerReference(path: FieldPath, owner: OwnerReferenceWire, i: number): FieldProblem[] {
  const { apiVersion, kind, name, uid } = owner;
  const problems: FieldProblem[] = [];
  const at = (field: string): FieldPath => [...path, i, field];
  if (versionOf(apiVersion ?? "") === "") {
    problems.push(
      invalid([...path, "apiVersion"], apiVersion ?? "", "version must not be empty", at("apiVersion")),
    );
  }
  for (const [field, value] of Object.entries({ kind, name, uid })) {
    if (!value) problems.push(invalid([...path, field], "", "must not be empty", at(field)));
  }
  if (apiVersion === "v1" && kind === "Event") {
    problems.push(
      invalid(path, shownOwner(owner), "/v1, Kind=Event is disallowed from being an owner", [...path, i]),
    );
  }
  return problems;
}

function finalizers(path: FieldPath, names: readonly (string | null)[]): FieldProblem[] {
  const texts = names.map((name) => name ?? "");
  const problems = texts.flatMap((name, i) =>
    labelKeyProblems(name).map((says) => invalid(path, name, says, [...path, i])),
  );
  if (texts.includes("orphan") && texts.includes("foregroundDeletion")) {
    problems.push(invalid(path, texts, "finalizer orphan and foregroundDeletion cannot be both set"));
  }
  const unknown = texts.flatMap((name, i) =>
    name.includes("/") || STANDARD_FINALIZERS.has(name)
      ? []
      : [invalid([...path, i], name, "name is neither a standard finalizer name nor is it fully qualified")],
  );
  return [...problems, ...unknown];
}
