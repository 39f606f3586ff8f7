import type { Exec } from "../../kernel/exec.ts";
import { inTurn } from "./in-turn.ts";
import { cachedResult, dropCache, readCache, writeCache, type CacheKey } from "./cache.ts";
import { pluginInput, type CallConfig, type CapabilityArgs, type NetworkConfigList } from "./config.ts";
import { callPlugin, type PluginCall } from "./plugin.ts";
import type { CniResult } from "./result.ts";

/** Where plugins are run and where their results are kept. */
export interface CniHost {
  /** Runs in the node's namespaces. */
  readonly exec: Exec;
  readonly cniDir: string;
  /** The node's `/var/lib/cni`, seen from here. */
  readonly cniState: string;
}

/** One container's attachment to one network. */
export interface Attachment {
  readonly list: NetworkConfigList;
  readonly containerId: string;
  /** A path that is good in the node's mount namespace. */
  readonly netnsPath: string;
  readonly ifName: string;
  readonly cniArgs: readonly (readonly [string, string])[];
  readonly capabilityArgs: CapabilityArgs;
  /** Addresses to ask for; those that IPAM chooses if absent. */
  readonly addresses?: readonly string[];
}

/**
 * libcni's AddNetworkList: each plugin gets its predecessor's result; the last one's is cached and returned.
 */
export async function addNetwork(host: CniHost, attachment: Attachment): Promise<CniResult> {
  const { list, capabilityArgs, addresses } = attachment;
  let result: CniResult | undefined;
  for (const plugin of list.plugins) {
    const call: CallConfig = {
      capabilityArgs,
      ...(addresses === undefined ? {} : { addresses }),
      ...(result === undefined ? {} : { prevResult: result }),
    };
    const add = (): Promise<string> =>
      callPlugin(host.exec, host.cniDir, {
        command: "ADD",
        type: plugin.type,
        input: pluginInput(list, plugin, call),
        env: callEnv(attachment),
      });
    // Two portmaps at once may both find their chain missing, and the later one fails to make it; kubelet would try again.
    const output = await (plugin.type === "portmap" ? inTurn(`${host.cniState} portmap`, add) : add());
    result = JSON.parse(output) as CniResult;
  }
  if (result === undefined) throw new Error(`CNI network ${list.name} has no plugins`);
  const key = cacheKey(attachment);
  await writeCache(host.cniState, key, cachedResult(list, key, attachment.cniArgs, capabilityArgs, result));
  return result;
}

/**
 * libcni's CheckNetworkList: does what stands still match the cached result? An exception says what does not.
 */
export async function checkNetwork(host: CniHost, attachment: Attachment): Promise<void> {
  const cached = await readCache(host.cniState, cacheKey(attachment));
  if (cached === undefined) throw new Error(`CNI CHECK: no cached result of ${attachment.containerId}`);
  for (const plugin of attachment.list.plugins)
    await callPlugin(host.exec, host.cniDir, laterCall("CHECK", attachment, plugin, cached.result));
}

/** libcni's DelNetworkList: last plugin first, each with the cached result, which is then forgotten. */
export async function delNetwork(host: CniHost, attachment: Attachment): Promise<void> {
  const cached = await readCache(host.cniState, cacheKey(attachment));
  for (const plugin of attachment.list.plugins.toReversed())
    await callPlugin(host.exec, host.cniDir, laterCall("DEL", attachment, plugin, cached?.result));
  await dropCache(host.cniState, cacheKey(attachment));
}

function laterCall(
  command: "CHECK" | "DEL",
  attachment: Attachment,
  plugin: NetworkConfigList["plugins"][number],
  prevResult: CniResult | undefined,
): PluginCall {
  const call: CallConfig = {
    capabilityArgs: attachment.capabilityArgs,
    ...(prevResult === undefined ? {} : { prevResult }),
  };
  return {
    command,
    type: plugin.type,
    input: pluginInput(attachment.list, plugin, call),
    env: callEnv(attachment),
  };
}

function cacheKey({ list, containerId, ifName }: Attachment): CacheKey {
  return { network: list.name, containerId, ifName };
}

function callEnv(attachment: Attachment): Record<string, string> {
  return {
    CNI_CONTAINERID: attachment.containerId,
    CNI_NETNS: attachment.netnsPath,
    CNI_IFNAME: attachment.ifName,
    CNI_ARGS: attachment.cniArgs.map(([name, value]) => `${name}=${value}`).join(";"),
  };
}
