import { join } from "node:path";

import type { Exec } from "../../kernel/exec.ts";

/** One call of one plugin. */
export interface PluginCall {
  readonly command: "ADD" | "CHECK" | "DEL" | "VERSION";
  readonly type: string;
  readonly input: string;
  /** CNI_CONTAINERID, CNI_NETNS and so on; none for VERSION. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs a CNI plugin as a runtime does and returns what it printed. A plugin's own error (`{"code", "msg",
 * "details"}` on standard output) is the exception's message.
 */
export async function callPlugin(exec: Exec, cniDir: string, call: PluginCall): Promise<string> {
  const result = await exec({
    command: join(cniDir, call.type),
    args: [],
    input: call.input,
    env: { CNI_COMMAND: call.command, CNI_PATH: cniDir, ...call.env },
  });
  if (result.code === 0) return result.stdout;
  throw new Error(`CNI ${call.type} ${call.command}: ${pluginError(result.stdout) ?? result.stderr.trim()}`);
}

function pluginError(stdout: string): string | undefined {
  try {
    const { msg, details } = JSON.parse(stdout) as { readonly msg?: string; readonly details?: string };
    return [msg, details].filter(Boolean).join(": ") || undefined;
  } catch {
    return undefined;
  }
}
