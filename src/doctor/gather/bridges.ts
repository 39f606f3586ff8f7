import * as z from "zod/mini";
import type { Exec } from "../../kernel/exec.ts";
import type { Bridge, Known } from "../facts.ts";

/** What is read of `ip -json -details link`. */
const links = z.array(
  z.object({
    ifname: z.string(),
    linkinfo: z.object({
      info_data: z.partial(z.object({ nf_call_iptables: z.number(), nf_call_ip6tables: z.number() })),
    }),
  }),
);

export async function listBridges(exec: Exec): Promise<Known<readonly Bridge[]>> {
  const args = ["-json", "-details", "link", "show", "type", "bridge"];
  const { code, stdout, stderr } = await exec({ command: "ip", args });
  if (code !== 0) return { kind: "unknown", why: stderr.trim() || `exit ${code}` };
  try {
    const value = links.parse(JSON.parse(stdout.trim() || "[]")).map(({ ifname, linkinfo }) => ({
      name: ifname,
      isFiltered: {
        IPv4: linkinfo.info_data.nf_call_iptables === 1,
        IPv6: linkinfo.info_data.nf_call_ip6tables === 1,
      },
    }));
    return { kind: "known", value };
  } catch {
    return { kind: "unknown", why: "ip prints what nobody can read" };
  }
}
