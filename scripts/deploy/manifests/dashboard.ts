/** A panel: its title, its unit in Grafana's words, and its queries by their legends. */
interface Panel {
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly kind: "timeseries" | "stat";
  readonly queries: Readonly<Record<string, string>>;
}

const quantile = (q: number, name: string): string =>
  `histogram_quantile(${q}, sum by (le) (rate(${name}_bucket[$__rate_interval])))`;

const panels: readonly Panel[] = [
  {
    title: "Nodes behind",
    description:
      "Whose kernel is not known to be as the policies say for a minute; what stood before stays in force.",
    unit: "none",
    kind: "stat",
    queries: { nodes: "count(time() - selvedge_last_success_timestamp_seconds > 60) or vector(0)" },
  },
  {
    title: "Leaders",
    description: "Controllers that lead: one, but for a takeover.",
    unit: "none",
    kind: "stat",
    queries: { leaders: "sum(selvedge_leader)" },
  },
  {
    title: "Policies",
    description: "NetworkPolicies known.",
    unit: "none",
    kind: "stat",
    queries: { policies: "max(selvedge_policies)" },
  },
  {
    title: "Start gates off",
    description: "Nodes whose new pods are open until they are programmed.",
    unit: "none",
    kind: "stat",
    queries: { nodes: 'sum(selvedge_start_gate{state="off"})' },
  },
  {
    title: "From a policy's change to its last node",
    description: "As the leading controller sees it.",
    unit: "s",
    kind: "timeseries",
    queries: {
      p50: quantile(0.5, "selvedge_policy_programming_duration_seconds"),
      p99: quantile(0.99, "selvedge_policy_programming_duration_seconds"),
    },
  },
  {
    title: "Passes that write to the kernel",
    description: "Compiling and rendering included.",
    unit: "s",
    kind: "timeseries",
    queries: {
      p50: quantile(0.5, "selvedge_apply_duration_seconds"),
      p99: quantile(0.99, "selvedge_apply_duration_seconds"),
    },
  },
  {
    title: "Denied packets by policy",
    description: "Packets that no rule allows; each counts for every policy that isolates the pod.",
    unit: "pps",
    kind: "timeseries",
    queries: {
      "{{namespace}}/{{policy}} {{direction}}":
        "topk(10, sum by (namespace, policy, direction) (rate(selvedge_denied_packets_total[$__rate_interval])))",
    },
  },
  {
    title: "Connections by rule",
    description: "Connections that a rule let begin.",
    unit: "cps",
    kind: "timeseries",
    queries: {
      "{{namespace}}/{{policy}} {{direction}}[{{rule}}]":
        "topk(10, sum by (namespace, policy, direction, rule) (rate(selvedge_rule_packets_total[$__rate_interval])))",
    },
  },
  {
    title: "Packets dropped for no policy",
    description: "At the start gate, of flows that were cut, to addresses that no chain knows.",
    unit: "pps",
    kind: "timeseries",
    queries: { "{{reason}}": "sum by (reason) (rate(selvedge_dropped_packets_total[$__rate_interval]))" },
  },
  {
    title: "Trouble",
    description:
      "Failed writes, drift that was repaired, faults, collections of the API server that were interrupted.",
    unit: "none",
    kind: "timeseries",
    queries: {
      "failed {{step}}": "sum by (step) (increase(selvedge_apply_failures_total[$__rate_interval]))",
      "drift repaired": "sum(increase(selvedge_drift_repairs_total[$__rate_interval]))",
      faults: "sum(increase(selvedge_faults_total[$__rate_interval]))",
      interruptions: "sum(increase(selvedge_apiserver_interruptions_total[$__rate_interval]))",
      "failed publications": "sum(increase(selvedge_publication_failures_total[$__rate_interval]))",
    },
  },
  {
    title: "What stands in the kernel, all nodes",
    description: "Chains, sets and their entries.",
    unit: "none",
    kind: "timeseries",
    queries: {
      chains: "sum(selvedge_chains)",
      sets: "sum(selvedge_sets)",
      "set entries": "sum(selvedge_set_entries)",
    },
  },
  {
    title: "Memory",
    description: "Of enforcers and controllers.",
    unit: "bytes",
    kind: "timeseries",
    queries: { "{{pod}}": 'process_resident_memory_bytes{pod=~"selvedge-.*"}' },
  },
];

const STATS = panels.filter(({ kind }) => kind === "stat").length;
const STAT = { w: 6, h: 4 };
const GRAPH = { w: 12, h: 8 };

/** Statistics in the first row, graphs two by two below. */
function place(index: number): { x: number; y: number; w: number; h: number } {
  if (index < STATS) return { x: index * STAT.w, y: 0, ...STAT };
  const graph = index - STATS;
  return { x: (graph % 2) * GRAPH.w, y: STAT.h + Math.floor(graph / 2) * GRAPH.h, ...GRAPH };
}

const DATASOURCE = { type: "prometheus", uid: "${datasource}" };

/** The Grafana dashboard, as Grafana imports it. */
export const dashboard = {
  uid: "selvedge",
  title: "Selvedge",
  tags: ["kubernetes", "networkpolicy"],
  schemaVersion: 39,
  version: 1,
  editable: true,
  refresh: "30s",
  time: { from: "now-1h", to: "now" },
  templating: {
    list: [{ name: "datasource", label: "Data source", type: "datasource", query: "prometheus" }],
  },
  panels: panels.map(({ title, description, unit, kind, queries }, index) => ({
    id: index + 1,
    type: kind,
    title,
    description,
    datasource: DATASOURCE,
    gridPos: place(index),
    fieldConfig: { defaults: { unit }, overrides: [] },
    targets: Object.entries(queries).map(([legendFormat, expr], query) => ({
      refId: "ABCDEFGH".charAt(query),
      datasource: DATASOURCE,
      expr,
      legendFormat,
    })),
  })),
};
