import type { ApiServer } from "../../../src/lab/apiserver.ts";
import type { ApiRequest } from "../../../src/lab/apiserver/api-request.ts";

/** What the API server's authorizer is asked for one request. */
export interface Ask {
  readonly verb: string;
  readonly group: string;
  /** With its subresource, as rules name it. */
  readonly resource: string;
  /** Empty for those that RBAC knows nothing of: lists, watches, and what is created. */
  readonly name: string;
  /** Empty for what is cluster scoped, and for all namespaces at once. */
  readonly namespace: string;
}

export const askText = ({ verb, group, resource, name, namespace }: Ask): string =>
  `${verb} ${[resource, group].filter(Boolean).join(".")} ${[namespace, name].filter(Boolean).join("/")}`.trim();

/** An apply of what is not there yet asks twice: to patch, and to create. */
const isCreating = (api: ApiServer, request: ApiRequest, ask: Ask): boolean =>
  request.headers["content-type"]?.includes("apply-patch") === true &&
  !ask.resource.includes("/") &&
  !api
    .objects([ask.resource, ask.group].filter(Boolean).join("."))
    .some(({ metadata }) => metadata.name === ask.name && (metadata.namespace ?? "") === ask.namespace);

/** All that a request asks for; nothing for what every authenticated client may (discovery, health). */
export function asksOf(api: ApiServer, request: ApiRequest): readonly Ask[] {
  const { target, verb } = request;
  if (target === undefined || verb === undefined) return [];
  const { group, plural, subresource, name, namespace } = target;
  const resource = subresource === "" ? plural : `${plural}/${subresource}`;
  const ask = { verb, group, resource, name, namespace };
  return isCreating(api, request, ask) ? [ask, { ...ask, verb: "create" }] : [ask];
}
