import type { PolicyRow } from "./policy-row.ts";

const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
] as const;

/** As kubectl tells ages: the greatest unit, `5m`, `3d`. */
function age(since: string | undefined, now: Date): string {
  const seconds = since === undefined ? Number.NaN : Math.max(0, (now.getTime() - Date.parse(since)) / 1000);
  if (Number.isNaN(seconds)) return "-";
  const [unit, length] = UNITS.find(([, each]) => seconds >= each) ?? ["s", 1];
  return `${Math.floor(seconds / length)}${unit}`;
}

/** The rows as a table. */
export function statusText(rows: readonly PolicyRow[], now: Date): string {
  if (rows.length === 0) return "no NetworkPolicies\n";
  const lines = rows.map(({ policy, pods, nodes, enforced, since, message = "" }) => [
    policy,
    pods === undefined ? "-" : String(pods),
    nodes === undefined ? "-" : `${nodes.done}/${nodes.concerned}`,
    enforced ? "yes" : "no",
    age(since, now),
    message,
  ]);
  const table = [["POLICY", "PODS", "NODES", "ENFORCED", "SINCE", "MESSAGE"], ...lines];
  const widths = [0, 1, 2, 3, 4].map((at) => Math.max(...table.map((line) => line[at]?.length ?? 0)));
  const text = table.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("   ")
      .trimEnd(),
  );
  return `${text.join("\n")}\n`;
}
