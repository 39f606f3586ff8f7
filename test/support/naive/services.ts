import type { Pod } from "../../../src/core/cluster.ts";
import type { Flow, Protocol } from "../../../src/core/traffic.ts";
import type { Service, ServicePort } from "../../../src/kube/schema/service.ts";

export interface NaivePort {
  readonly port: number | string;
  readonly protocol: Protocol;
}

/** The Service's own port of that number or name; `undefined`: there is none to ask about. */
export function naiveServicePort(service: Service, { port, protocol }: NaivePort): ServicePort | undefined {
  for (const each of service.ports)
    if (each.protocol === protocol && (typeof port === "number" ? each.port : each.name) === port)
      return each;
  // A host elsewhere has whatever ports it has.
  if (service.type === "ExternalName" && typeof port === "number")
    return { protocol, port, targetPort: port };
  return undefined;
}

/** Who answers on a port of a Service, and on which of its own; `undefined`: nobody can tell. */
export function naiveTargets(
  { namespace, type, selector }: Service,
  { protocol, targetPort }: ServicePort,
  pods: readonly Pod[],
): { readonly pod: Pod; readonly flow: Flow }[] | undefined {
  // Without a selector there would be EndpointSlices, of which none are generated.
  if (type === "ExternalName" || selector === undefined || Object.keys(selector).length === 0)
    return undefined;
  const behind = pods.filter(
    (pod) =>
      pod.namespace === namespace &&
      Object.keys(selector).every(
        (key) => Object.hasOwn(pod.labels, key) && pod.labels[key] === selector[key],
      ),
  );
  return behind.flatMap((pod) => {
    if (typeof targetPort === "number") return [{ pod, flow: { protocol, port: targetPort } }];
    const named = pod.ports.filter((own) => own.name === targetPort && own.protocol === protocol);
    return named.slice(0, 1).map((own) => ({ pod, flow: { protocol, port: own.port } }));
  });
}
