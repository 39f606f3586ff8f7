import type { ApiRequest } from "./api-request.ts";
import { type Environment, timestamp } from "./environment.ts";
import { invalid, type Refusal } from "./refusal.ts";
import { groupVersion, type Resource } from "./resource.ts";
import type { Writer } from "./managed-fields.ts";

/** What a write is about and who writes. */
export interface WriteContext {
  readonly env: Environment;
  readonly resource: Resource;
  readonly namespace: string;
  /** "" for a create. */
  readonly name: string;
  /** "" or "status". */
  readonly subresource: string;
  readonly writer: Writer;
  readonly dryRun: boolean;
}

/** A client without a field manager is known by the first part of its user agent. */
const managerOf = (request: ApiRequest): string => {
  const agent = (request.headers["user-agent"] ?? "").split("/")[0] ?? "";
  return request.query.get("fieldManager") ?? (agent === "" ? "unknown" : agent.slice(0, 128));
};

const optionProblem = (field: string, reason: string, message: string): Refusal =>
  invalid({ group: "meta.k8s.io", kind: "PatchOptions" }, "", [{ field, reason, message }]);

/** Reads the options that every write has: fieldManager, dryRun. */
export const writeContext = (
  env: Environment,
  resource: Resource,
  request: ApiRequest,
  operation: Writer["operation"],
): WriteContext | Refusal => {
  const { query, target } = request;
  if (operation === "Apply" && (query.get("fieldManager") ?? "") === "") {
    return optionProblem("fieldManager", "FieldValueRequired", "Required value: is required for apply patch");
  }
  const dryRun = query.get("dryRun");
  if (dryRun !== null && dryRun !== "All") {
    const message = `Unsupported value: ${JSON.stringify(dryRun)}: supported values: "All"`;
    return optionProblem("dryRun", "FieldValueNotSupported", message);
  }
  return {
    env,
    resource,
    namespace: target?.namespace ?? "",
    name: target?.name ?? "",
    subresource: target?.subresource ?? "",
    dryRun: dryRun === "All",
    writer: {
      manager: managerOf(request),
      operation,
      apiVersion: groupVersion(resource),
      subresource: target?.subresource ?? "",
      time: timestamp(env.now()),
    },
  };
};
