/** What a path names below /api or /apis. Empty text where it names nothing. */
export interface Target {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

/** The verbs of RBAC. */
export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection";

const target = (group: string, version: string, rest: readonly string[]): Target => {
  const [first = "", second = "", third = "", ...more] = rest;
  // `/namespaces/x` and its own subresources are the namespace itself; anything deeper lies inside it.
  const inside = first === "namespaces" && third !== "" && !["status", "finalize"].includes(third);
  const [plural, name = "", subresource = ""] = inside
    ? ([third, ...more] as const)
    : ([first, second, third] as const);
  return { group, version, plural, namespace: inside ? second : "", name, subresource };
};

/** The resource that a path names, or `undefined` where it names none (discovery, health, ...). */
export const parseTarget = (path: string): Target | undefined => {
  const [root = "", ...rest] = path
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent);
  if (root === "api" && rest.length >= 2) return target("", rest[0] ?? "", rest.slice(1));
  if (root === "apis" && rest.length >= 3) return target(rest[0] ?? "", rest[1] ?? "", rest.slice(2));
  return undefined;
};

const WRITES: Readonly<Record<string, Verb>> = { POST: "create", PUT: "update", PATCH: "patch" };

/** The RBAC verb of a request; `undefined` for methods that the API does not have. */
export const verbOf = (method: string, { name }: Target, query: URLSearchParams): Verb | undefined => {
  const watches = ["1", "true"].includes(query.get("watch") ?? "");
  if (method === "GET" || method === "HEAD") {
    if (watches) return "watch";
    return name === "" ? "list" : "get";
  }
  if (method === "DELETE") return name === "" ? "deletecollection" : "delete";
  return WRITES[method];
};
