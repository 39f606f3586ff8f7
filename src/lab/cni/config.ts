import type { CniResult } from "./result.ts";

/** One plugin's part of a network configuration list; the rest of its keys are its own. */
export interface PluginConfig {
  readonly type: string;
  /** Which of the runtime's capability arguments it takes. */
  readonly capabilities?: Readonly<Record<string, boolean>>;
  readonly [key: string]: unknown;
}

/** A network configuration list (`*.conflist`). */
export interface NetworkConfigList {
  readonly cniVersion: string;
  readonly name: string;
  readonly plugins: readonly PluginConfig[];
}

/** A host port that leads to a pod's port; keys in capitals, as containerd writes them. */
interface PortMapping {
  readonly HostPort: number;
  readonly ContainerPort: number;
  readonly Protocol: "tcp" | "udp";
  readonly HostIP: string;
}

/** What the runtime offers to plugins that ask for it. */
export interface CapabilityArgs {
  readonly portMappings?: readonly PortMapping[];
}

/** What one call adds to a plugin's configuration. */
export interface CallConfig {
  readonly prevResult?: CniResult;
  readonly capabilityArgs?: CapabilityArgs;
  /** Addresses to ask of the IPAM plugin, by the `args.cni.ips` convention. */
  readonly addresses?: readonly string[];
}

/**
 * What a plugin reads on standard input, built as libcni's `buildOneConfig` does: the plugin's own keys, the
 * list's name and version, the previous plugin's result, and those capability arguments that the plugin
 * declares.
 */
export function pluginInput(list: NetworkConfigList, plugin: PluginConfig, call: CallConfig): string {
  const runtimeConfig = Object.fromEntries(
    Object.entries(call.capabilityArgs ?? {}).filter(([name]) => plugin.capabilities?.[name] === true),
  );
  return JSON.stringify({
    ...plugin,
    name: list.name,
    cniVersion: list.cniVersion,
    ...(call.addresses === undefined ? {} : { args: { cni: { ips: call.addresses } } }),
    ...(Object.keys(runtimeConfig).length === 0 ? {} : { runtimeConfig }),
    ...(call.prevResult === undefined ? {} : { prevResult: call.prevResult }),
  });
}
