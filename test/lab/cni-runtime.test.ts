import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { Exec } from "../../src/kernel/exec.ts";
import { pluginInput, type NetworkConfigList } from "../../src/lab/cni/config.ts";
import { addNetwork, checkNetwork, delNetwork, type Attachment } from "../../src/lab/cni/runtime.ts";
import { negotiateVersion } from "../../src/lab/cni/version.ts";

const LIST: NetworkConfigList = {
  cniVersion: "1.0.0",
  name: "net",
  plugins: [{ type: "first" }, { type: "second", capabilities: { portMappings: true } }],
};
const MAPPINGS = [{ HostPort: 8080, ContainerPort: 80, Protocol: "tcp", HostIP: "" }] as const;
const ATTACHMENT: Attachment = {
  list: LIST,
  containerId: "c0ffee",
  netnsPath: "/run/netns/x",
  ifName: "eth0",
  cniArgs: [
    ["IgnoreUnknown", "1"],
    ["K8S_POD_NAME", "web"],
  ],
  capabilityArgs: { portMappings: MAPPINGS },
};

interface Call {
  readonly type: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Plugins that note their calls and return themselves as the one interface. */
function notedPlugins(fail?: { readonly type: string; readonly stdout: string }): {
  readonly exec: Exec;
  readonly calls: Call[];
} {
  const calls: Call[] = [];
  const exec: Exec = ({ command, env = {}, input = "" }) => {
    const type = basename(command);
    calls.push({ type, env, input: JSON.parse(input) as Call["input"] });
    if (fail?.type === type) return Promise.resolve({ code: 1, stdout: fail.stdout, stderr: "oops" });
    const stdout = JSON.stringify({ cniVersion: "1.0.0", interfaces: [{ name: type }] });
    return Promise.resolve({ code: 0, stdout, stderr: "" });
  };
  return { exec, calls };
}

describe("a chain of plugins", () => {
  let cniState: string;
  beforeEach(async () => {
    cniState = await mkdtemp(join(tmpdir(), "selvedge-cni-"));
  });
  afterEach(() => rm(cniState, { recursive: true }));

  it("hands each plugin its predecessor's result, and keeps the last", async () => {
    const { exec, calls } = notedPlugins();
    const result = await addNetwork({ exec, cniDir: "/cni", cniState }, ATTACHMENT);
    expect(result.interfaces).toEqual([{ name: "second" }]);
    expect(calls.map(({ type }) => type)).toEqual(["first", "second"]);
    expect(calls[0]?.input["prevResult"]).toBeUndefined();
    expect(calls[1]?.input["prevResult"]).toMatchObject({ interfaces: [{ name: "first" }] });
    expect(calls[0]?.env).toEqual({
      CNI_COMMAND: "ADD",
      CNI_PATH: "/cni",
      CNI_CONTAINERID: "c0ffee",
      CNI_NETNS: "/run/netns/x",
      CNI_IFNAME: "eth0",
      CNI_ARGS: "IgnoreUnknown=1;K8S_POD_NAME=web",
    });
    expect(await readdir(join(cniState, "results"))).toEqual(["net-c0ffee-eth0"]);
  });

  it("deletes in reverse, with the kept result, and forgets it; twice is fine", async () => {
    const { exec, calls } = notedPlugins();
    const host = { exec, cniDir: "/cni", cniState };
    await addNetwork(host, ATTACHMENT);
    calls.length = 0;
    await delNetwork(host, ATTACHMENT);
    expect(calls.map(({ type }) => type)).toEqual(["second", "first"]);
    for (const { input } of calls)
      expect(input["prevResult"]).toMatchObject({ interfaces: [{ name: "second" }] });
    expect(await readdir(join(cniState, "results"))).toEqual([]);
    await delNetwork(host, ATTACHMENT);
    expect(calls[2]?.input["prevResult"]).toBeUndefined();
  });

  it("checks only what was added", async () => {
    const { exec, calls } = notedPlugins();
    const host = { exec, cniDir: "/cni", cniState };
    await expect(checkNetwork(host, ATTACHMENT)).rejects.toThrow(/no cached result/);
    await addNetwork(host, ATTACHMENT);
    calls.length = 0;
    await checkNetwork(host, ATTACHMENT);
    expect(calls.map(({ type, env }) => [type, env["CNI_COMMAND"]])).toEqual([
      ["first", "CHECK"],
      ["second", "CHECK"],
    ]);
  });

  it("stops at a failure, says what the plugin said, and keeps nothing", async () => {
    const stdout = JSON.stringify({ code: 11, msg: "no addresses", details: "range is full" });
    const { exec, calls } = notedPlugins({ type: "first", stdout });
    const host = { exec, cniDir: "/cni", cniState };
    await expect(addNetwork(host, ATTACHMENT)).rejects.toThrow("CNI first ADD: no addresses: range is full");
    expect(calls).toHaveLength(1);
    expect(await readdir(cniState)).toEqual([]);
    const silent = notedPlugins({ type: "first", stdout: "not JSON" });
    await expect(addNetwork({ ...host, exec: silent.exec }, ATTACHMENT)).rejects.toThrow("ADD: oops");
  });
});

describe("a plugin's input", () => {
  it("holds capability arguments only for those that declare them", () => {
    const call = { capabilityArgs: { portMappings: MAPPINGS } };
    const [first, second] = LIST.plugins.map(
      (plugin) => JSON.parse(pluginInput(LIST, plugin, call)) as Record<string, unknown>,
    );
    expect(first).toEqual({ type: "first", name: "net", cniVersion: "1.0.0" });
    expect(second?.["runtimeConfig"]).toEqual({ portMappings: MAPPINGS });
  });

  it("asks for addresses by args.cni.ips", () => {
    const input = pluginInput(LIST, { type: "first" }, { addresses: ["10.244.1.9"] });
    expect(JSON.parse(input)).toMatchObject({ args: { cni: { ips: ["10.244.1.9"] } } });
  });
});

describe("version", () => {
  const plugins =
    (supported: Readonly<Record<string, readonly string[]>>): Exec =>
    ({ command }) =>
      Promise.resolve({
        code: 0,
        stdout: JSON.stringify({ supportedVersions: supported[basename(command)] }),
        stderr: "",
      });

  it("is the best that all speak", async () => {
    const exec = plugins({ a: ["0.3.1", "0.4.0", "1.0.0"], b: ["0.4.0", "1.0.0", "1.1.0"] });
    expect(await negotiateVersion(exec, "/cni", ["a", "b"])).toBe("1.0.0");
    const older = plugins({ a: ["0.3.1", "0.4.0", "1.0.0"], b: ["0.3.1", "0.4.0"] });
    expect(await negotiateVersion(older, "/cni", ["a", "b"])).toBe("0.4.0");
  });

  it("is an exception where there is none", async () => {
    const exec = plugins({ a: ["1.0.0"], b: ["0.3.1"] });
    await expect(negotiateVersion(exec, "/cni", ["a", "b"])).rejects.toThrow(/no version in common/);
  });
});
