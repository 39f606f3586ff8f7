/** A resource version as a client sends it: a number, nothing, or text that is none. */
export type AskedVersion = number | "unset" | "invalid";

/** Reads the `resourceVersion` of a query. */
export const askedVersion = (query: URLSearchParams): AskedVersion => {
  const text = query.get("resourceVersion") ?? "";
  if (text === "") return "unset";
  return /^\d+$/u.test(text) ? Number(text) : "invalid";
};

/** What is wrong with one that is no number, in the real server's words. */
export const versionProblem = (query: URLSearchParams): string =>
  `resourceVersion: Invalid value: "${query.get("resourceVersion") ?? ""}": strconv.ParseUint: parsing "${query.get("resourceVersion") ?? ""}": invalid syntax`;
