import { shortDuration } from "./duration.ts";
import { asArray, asObject, asString, at, isObject, type Json } from "./json.ts";
import type { KubeObject } from "./kube-object.ts";
import type { PrinterColumn } from "./printer-column.ts";

type Cell = PrinterColumn["cell"];

const column = (
  name: string,
  cell: Cell,
  type: PrinterColumn["type"] = "string",
  priority = 0,
): PrinterColumn => ({
  name,
  type,
  priority,
  cell,
});

const scalar = (value: Json | undefined): string | number | boolean | null =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;

/** A column that shows the field at a path, or a stand-in where it is missing. */
export const fieldColumn = (
  name: string,
  path: string,
  fallback: string | number = "<none>",
): PrinterColumn =>
  column(
    name,
    (object) => scalar(at(object, ...path.split("."))) ?? fallback,
    typeof fallback === "number" ? "integer" : "string",
  );

/** Name, the column that every table starts with. */
export const nameColumn: PrinterColumn = column("Name", (object) => asString(object.metadata.name));

/** Age, the column that every table ends with. */
export const ageColumn: PrinterColumn = column(
  "Age",
  (object, now) => {
    const created = object.metadata.creationTimestamp;
    return created === undefined ? "<unknown>" : shortDuration(now.getTime() - Date.parse(created));
  },
  "date",
);

/** How many entries a list or a map at a path has. */
export const countColumn = (name: string, path: string): PrinterColumn =>
  column(
    name,
    (object) => {
      const value = at(object, ...path.split("."));
      return isObject(value) ? Object.keys(value).length : asArray(value).length;
    },
    "integer",
  );

/** A label selector as `kubectl get` shows it. */
export const selectorColumn = (name: string, path: string): PrinterColumn =>
  column(name, (object) => {
    const selector = asObject(at(object, ...path.split(".")));
    const labels = Object.entries(asObject(selector["matchLabels"])).map(
      ([key, value]) => `${key}=${asString(value)}`,
    );
    const expressions = asArray(selector["matchExpressions"]).map((entry) => {
      const { key, operator, values } = asObject(entry);
      const list = asArray(values).map(asString).join(",");
      return `${asString(key)} ${asString(operator).toLowerCase()}${list === "" ? "" : ` (${list})`}`;
    });
    return [...labels, ...expressions].join(",") || "<none>";
  });

const containerStatuses = (pod: KubeObject): readonly Json[] =>
  asArray(at(pod, "status", "containerStatuses"));

/** What a pod's row shows. */
export const podColumns: readonly PrinterColumn[] = [
  column("Ready", (pod) => {
    const ready = containerStatuses(pod).filter((status) => at(status, "ready") === true).length;
    return `${ready}/${asArray(at(pod, "spec", "containers")).length}`;
  }),
  column("Status", (pod) =>
    pod.metadata.deletionTimestamp === undefined ? asString(at(pod, "status", "phase")) : "Terminating",
  ),
  column(
    "Restarts",
    (pod) =>
      containerStatuses(pod).reduce<number>(
        (sum, status) => sum + Number(at(status, "restartCount") ?? 0),
        0,
      ),
    "integer",
  ),
];

/** The wide part of a pod's row. */
export const podWideColumns: readonly PrinterColumn[] = [
  column("IP", (pod) => asString(at(pod, "status", "podIP")) || "<none>", "string", 1),
  column("Node", (pod) => asString(at(pod, "spec", "nodeName")) || "<none>", "string", 1),
];

/** Whether a node is ready. */
export const nodeReadyColumn: PrinterColumn = column("Status", (node) => {
  const ready = asArray(at(node, "status", "conditions")).find((entry) => at(entry, "type") === "Ready");
  if (ready === undefined) return "Unknown";
  return at(ready, "status") === "True" ? "Ready" : "NotReady";
});

/** A Service's ports, as `80/TCP,53/UDP`. */
export const servicePortsColumn: PrinterColumn = column("Port(s)", (service) =>
  asArray(at(service, "spec", "ports"))
    .map((port) => `${JSON.stringify(at(port, "port"))}/${asString(at(port, "protocol"))}`)
    .join(","),
);
