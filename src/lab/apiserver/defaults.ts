import { asArray, asObject, asString, at, type Json, type JsonObject } from "./json.ts";
import { type KubeObject, nameOf, withField, withMeta } from "./kube-object.ts";

type Default = (object: KubeObject) => KubeObject;

const fill = (value: Json | undefined, defaults: JsonObject): JsonObject => ({
  ...defaults,
  ...asObject(value),
});

const inSpec = (object: KubeObject, spec: JsonObject): KubeObject => withField(object, "spec", spec);

const withProtocol = (port: Json): JsonObject => fill(port, { protocol: "TCP" });

const eachPorts = (entries: Json | undefined): readonly JsonObject[] =>
  asArray(entries).map((entry) => {
    const { ports, ...rest } = asObject(entry);
    return ports === undefined ? rest : { ...rest, ports: asArray(ports).map(withProtocol) };
  });

const podSpec = (spec: Json | undefined): JsonObject => {
  const filled = fill(spec, {
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
    enableServiceLinks: true,
  });
  const lists = ["containers", "initContainers"].flatMap((list) =>
    filled[list] === undefined ? [] : [[list, eachPorts(filled[list])] as const],
  );
  return { ...filled, ...Object.fromEntries(lists) };
};

const workload =
  (defaults: JsonObject): Default =>
  (object) => {
    const spec = fill(object["spec"], defaults);
    const template = asObject(spec["template"]);
    return inSpec(object, { ...spec, template: { ...template, spec: podSpec(template["spec"]) } });
  };

const networkPolicy: Default = (object) => {
  const spec = fill(object["spec"], { podSelector: {} });
  const rules = (direction: string): JsonObject =>
    spec[direction] === undefined ? {} : { [direction]: eachPorts(spec[direction]) };
  // The API server's own rule: Egress only where there is at least one egress rule.
  const implied = asArray(spec["egress"]).length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
  return inSpec(object, {
    ...spec,
    ...rules("ingress"),
    ...rules("egress"),
    policyTypes: spec["policyTypes"] ?? implied,
  });
};

const service: Default = (object) => {
  const spec = fill(object["spec"], {
    type: "ClusterIP",
    sessionAffinity: "None",
    internalTrafficPolicy: "Cluster",
  });
  const ports = asArray(spec["ports"]).map((port) => ({
    targetPort: at(port, "port"),
    ...withProtocol(port),
  }));
  return inSpec(object, ports.length === 0 ? spec : { ...spec, ports });
};

const namespace: Default = (object) =>
  withMeta(inSpec(object, fill(object["spec"], { finalizers: ["kubernetes"] })), {
    labels: {
      ...object.metadata.labels,
      ...(nameOf(object) === "" ? {} : { "kubernetes.io/metadata.name": nameOf(object) }),
    },
  });

const secret: Default = (object) => {
  const { stringData, ...rest } = object;
  const encoded = Object.entries(asObject(stringData)).map(([key, text]) => [
    key,
    Buffer.from(asString(text)).toString("base64"),
  ]);
  const data = { ...asObject(object["data"]), ...Object.fromEntries(encoded) };
  return {
    ...rest,
    type: object["type"] ?? "Opaque",
    ...(Object.keys(data).length === 0 ? {} : { data }),
  };
};

const customResourceDefinition: Default = (object) => {
  const spec = asObject(object["spec"]);
  const kind = asString(at(spec, "names", "kind"));
  const names = fill(spec["names"], { singular: kind.toLowerCase(), listKind: `${kind}List` });
  return inSpec(object, { ...spec, names, conversion: spec["conversion"] ?? { strategy: "None" } });
};

const DEFAULTS: Readonly<Record<string, Default>> = {
  Namespace: namespace,
  Pod: (object) => inSpec(object, podSpec(object["spec"])),
  Service: service,
  Secret: secret,
  Endpoints: (object) =>
    object["subsets"] === undefined ? object : withField(object, "subsets", eachPorts(object["subsets"])),
  EndpointSlice: (object) =>
    object["ports"] === null || object["ports"] === undefined
      ? object
      : withField(
          object,
          "ports",
          asArray(object["ports"]).map((port) => ({ name: "", ...withProtocol(port) })),
        ),
  NetworkPolicy: networkPolicy,
  Deployment: workload({ replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 }),
  ReplicaSet: workload({ replicas: 1 }),
  StatefulSet: workload({ replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: "OrderedReady" }),
  DaemonSet: workload({ revisionHistoryLimit: 10 }),
  CustomResourceDefinition: customResourceDefinition,
};

/** A built-in object with what the API fills in where nothing is said. */
export const withBuiltinDefaults = (object: KubeObject): KubeObject =>
  DEFAULTS[object.kind]?.(object) ?? object;
