import type { Family } from "../../../src/core/address.ts";
import type { Exec, ExecRequest, ExecResult } from "../../../src/kernel/exec.ts";
import type { MemoryKernel } from "./memory-kernel.ts";

/** An Exec whose programs act on a kernel that is not there, and what it was asked. */
export interface MemoryExec {
  readonly exec: Exec;
  /** Everything that was run, oldest first. */
  readonly requests: ExecRequest[];
  /** Lines of `conntrack -L`, by family. */
  readonly flows: Record<Family, string[]>;
  /** Answers in the program's place from now on; `undefined` lets it act. */
  readonly disturb: (answer: (request: ExecRequest) => ExecResult | undefined) => void;
}

export const failure = (stderr: string, code = 1): ExecResult => ({ code, stdout: "", stderr });

const success = (stdout = ""): ExecResult => ({ code: 0, stdout, stderr: "" });

/** Whether the request changes what the kernel enforces. */
export const isWrite = ({ command, args }: ExecRequest): boolean =>
  command.endsWith("-restore") ||
  (command === "ipset" && args[0] !== "save") ||
  (command === "sh" && args.some((script) => script.includes("nft -f")));

/** What `-exist` forgives. */
const isForgiven = (error: unknown): boolean =>
  /it is already added|it is not added/.test(error instanceof Error ? error.message : "");

function ipset(kernel: MemoryKernel, { args, input = "" }: ExecRequest): string {
  const [verb, name = ""] = args;
  if (verb === "save") return kernel.saveSets();
  if (verb === "destroy") kernel.destroySet(name);
  else if (args.join(" ") === "-exist restore") {
    for (const [i, line] of input.trimEnd().split("\n").entries()) {
      const [action, set = "", type] = line.split(" ");
      if (action === "create" && kernel.sets.get(set)?.type === type) continue;
      try {
        if (action === "destroy") kernel.destroySet(set);
        else kernel.ipset(line);
      } catch (error) {
        if (isForgiven(error)) continue;
        throw new Error(`ipset v7.17: Error in line ${i + 1}: ${(error as Error).message}`, { cause: error });
      }
    }
  } else throw new Error(`ipset: unknown call ${args.join(" ")}`);
  return "";
}

/** The programs of one iptables variant, ipset and conntrack over this kernel; any other is not found. */
export function memoryExec(kernel: MemoryKernel, variant: "nft" | "legacy" = "nft"): MemoryExec {
  const requests: ExecRequest[] = [];
  const flows: MemoryExec["flows"] = { IPv4: [], IPv6: [] };
  let disturbance: (request: ExecRequest) => ExecResult | undefined = () => undefined;

  const act = (request: ExecRequest): string => {
    const { command, args, input = "" } = request;
    const family = command.startsWith("ip6") || args.includes("ipv6") ? "IPv6" : "IPv4";
    switch (command) {
      case `iptables-${variant}-save`:
      case `ip6tables-${variant}-save`:
        return kernel.saveTable(family, args.includes("filter") ? "filter" : "mangle");
      case `iptables-${variant}-restore`:
      case `ip6tables-${variant}-restore`:
        kernel.restoreTable(family, input);
        return "";
      case "ipset":
        return ipset(kernel, request);
      case "conntrack":
        return `${flows[family].join("\n")}\n`;
      case "sh":
        return "";
      default:
        throw new Error(`${command}: not found`);
    }
  };
  return {
    requests,
    flows,
    disturb: (answer) => {
      disturbance = answer;
    },
    exec: (request) => {
      requests.push(request);
      const answer = disturbance(request);
      if (answer !== undefined) return Promise.resolve(answer);
      try {
        return Promise.resolve(success(act(request)));
      } catch (error) {
        return Promise.resolve(failure(error instanceof Error ? error.message : String(error)));
      }
    },
  };
}
