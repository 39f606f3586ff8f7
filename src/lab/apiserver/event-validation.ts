import { asObject, asString, jsonEqual } from "./json.ts";
import type { KubeObject } from "./kube-object.ts";
import type { FieldProblem } from "./refusal.ts";
import type { Resource } from "./resource.ts";

const SHORT = 128;
const LONGEST_NOTE = 1024;
const QUALIFIED = /^(?:[a-z0-9][-a-z0-9.]*\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/u;

const required = (field: string): FieldProblem => ({
  field,
  reason: "FieldValueRequired",
  message: "Required value",
});

const wrong = (field: string, value: string, message: string): FieldProblem => ({
  field,
  reason: "FieldValueInvalid",
  message: `Invalid value: ${JSON.stringify(value)}: ${message}`,
});

const length = (object: KubeObject, field: string, name: string, most: number): FieldProblem[] =>
  asString(object[field]).length > most ? [wrong(name, "", `can have at most ${most} characters`)] : [];

const text = (object: KubeObject, field: string): FieldProblem[] =>
  asString(object[field]) === "" ? [required(field)] : length(object, field, field, SHORT);

const isEvent = ({ group, kind }: Resource): boolean => group === "events.k8s.io" && kind === "Event";

function seriesProblems({ series }: KubeObject): FieldProblem[] {
  if (series === undefined || series === null) return [];
  const { count, lastObservedTime } = asObject(series);
  return [
    ...(Number(count ?? 0) < 2 ? [wrong("series.count", "", "should be at least 2")] : []),
    ...(asString(lastObservedTime) === "" ? [required("series.lastObservedTime")] : []),
  ];
}

const namespaceProblems = (object: KubeObject): FieldProblem[] => {
  const { namespace } = object.metadata;
  const about = asString(asObject(object["regarding"])["namespace"]);
  return about === "" && namespace !== "default" && namespace !== "kube-system"
    ? [wrong("involvedObject.namespace", about, "does not match event.namespace")]
    : [];
};

const RETIRED = [
  ["deprecatedFirstTimestamp", "firstTimestamp"],
  ["deprecatedLastTimestamp", "lastTimestamp"],
  ["deprecatedCount", "count"],
  ["deprecatedSource", "source"],
] as const;

/**
 * What is wrong with an Event of events.k8s.io/v1; one of the core group may be anything (kubernetes,
 * pkg/apis/core/validation/events.go). Fields go by their names in the core group, as the API server says them.
 */
export const eventProblems = (resource: Resource, object: KubeObject): readonly FieldProblem[] => {
  if (!isEvent(resource)) return [];
  const controller = asString(object["reportingController"]);
  const type = asString(object["type"]);
  return [
    ...namespaceProblems(object),
    ...(controller === "" ? [required("reportingController")] : []),
    ...(QUALIFIED.test(controller)
      ? []
      : [wrong("reportingController", controller, "name part must consist of alphanumeric characters")]),
    ...["reportingInstance", "action", "reason"].flatMap((field) => text(object, field)),
    ...length(object, "note", "message", LONGEST_NOTE),
    ...seriesProblems(object),
    ...(asString(object["eventTime"]) === "" ? [required("eventTime")] : []),
    ...(type === "Normal" || type === "Warning" ? [] : [wrong("type", "", `has invalid value: ${type}`)]),
    ...RETIRED.filter(([field]) => object[field] !== undefined).map(([, name]) =>
      wrong(name, "", "needs to be unset"),
    ),
  ];
};

/** Of an event only the series may change. */
const FIXED = [
  ["regarding", "involvedObject"],
  ["reason", "reason"],
  ["note", "message"],
  ["type", "type"],
  ["eventTime", "eventTime"],
  ["action", "action"],
  ["related", "related"],
  ["reportingController", "reportingController"],
  ["reportingInstance", "reportingInstance"],
] as const;

/** What a change of an Event of events.k8s.io/v1 may not change. */
export const eventChangeProblems = (
  resource: Resource,
  before: KubeObject,
  next: KubeObject,
): readonly FieldProblem[] =>
  isEvent(resource)
    ? FIXED.filter(([field]) => !jsonEqual(before[field] ?? null, next[field] ?? null)).map(
        ([field, name]) => ({
          field: name,
          reason: "FieldValueInvalid",
          message: `Invalid value: ${JSON.stringify(next[field] ?? null)}: field is immutable`,
        }),
      )
    : [];
