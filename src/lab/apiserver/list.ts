import type { ApiRequest } from "./api-request.ts";
import { type ContinueToken, readContinueToken, writeContinueToken } from "./continue-token.ts";
import type { Environment } from "./environment.ts";
import type { JsonObject } from "./json.ts";
import { type KubeObject, nameOf, namespaceOf } from "./kube-object.ts";
import type { ListOutcome } from "./outcome.ts";
import { badRequest, expired, futureVersion, isRefusal, type Refusal } from "./refusal.ts";
import { askedVersion, versionProblem } from "./resource-version.ts";
import type { Resource } from "./resource.ts";
import { parseSelection } from "./selection.ts";
import { inVersion } from "./conversion.ts";

/** Stands in a token for "whatever is there now", after a client was told that its page has expired. */
const INCONSISTENT = -1;

const TOO_OLD =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";

const keyOf = (object: KubeObject): string => `${namespaceOf(object)}/${nameOf(object)}`;

interface Start {
  readonly revision: number;
  readonly after: string;
}

const startOf = ({ query }: ApiRequest, current: number): Start | Refusal => {
  const asked = askedVersion(query);
  const token = query.get("continue") ?? "";
  if (asked === "invalid") return badRequest(`invalid resource version: ${versionProblem(query)}`);
  if (token !== "") {
    if (asked !== "unset" && asked !== 0) {
      return badRequest("specifying resource version is not allowed when using continue");
    }
    const read: ContinueToken | Refusal = readContinueToken(token);
    if (isRefusal(read)) return read;
    return { revision: read.revision === INCONSISTENT ? current : read.revision, after: read.after };
  }
  if (asked !== "unset" && asked > current) return futureVersion(asked, current);
  const exact = query.get("resourceVersionMatch") === "Exact" && typeof asked === "number";
  return { revision: exact ? asked : current, after: "" };
};

/** GET of a collection: one page of it, all pages as of the first one's resource version. */
export const list = (env: Environment, resource: Resource, request: ApiRequest): ListOutcome | Refusal => {
  const { query, target } = request;
  const selects = parseSelection(resource, { namespace: target?.namespace ?? "", name: "" }, query);
  if (isRefusal(selects)) return selects;
  const start = startOf(request, env.store.revision);
  if (isRefusal(start)) return start;
  const { revision, after } = start;
  const objects = env.store.listAt(resource.storage, revision);
  if (objects === undefined) {
    if (after === "") return expired("The resourceVersion for the provided list is too old.");
    return { ...expired(TOO_OLD), continueToken: writeContinueToken({ revision: INCONSISTENT, after }) };
  }
  const matching = objects.filter((object) => keyOf(object) > after && selects(object));
  const limit = Number(query.get("limit") ?? 0) || matching.length;
  const page = matching.slice(0, limit);
  const last = page.at(-1);
  const remaining = matching.length - page.length;
  const selective = query.has("labelSelector") || query.has("fieldSelector");
  const metadata: JsonObject =
    last === undefined || remaining === 0
      ? { resourceVersion: String(revision) }
      : {
          resourceVersion: String(revision),
          continue: writeContinueToken({ revision, after: keyOf(last) }),
          // A selector leaves the real server without a count.
          ...(selective ? {} : { remainingItemCount: remaining }),
        };
  return { kind: "list", resource, items: page.map((object) => inVersion(resource, object)), metadata };
};
