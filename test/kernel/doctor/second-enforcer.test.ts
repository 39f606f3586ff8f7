/* Others who enforce NetworkPolicies, by the marks that they leave in the kernel. */
import type { ChildProcess } from "node:child_process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { root } from "../../cli/selvedge.ts";
import type { OwnNetns } from "../own-netns.ts";
import { describeKernel } from "../support.ts";
import { diagnosis, end, healthyNode, startAnswering, without } from "./patient.ts";

/** Who enforces too, the mark that tells, and what the doctor says of it. */
interface Mark {
  readonly mark: string;
  readonly message: RegExp;
  readonly mend: RegExp;
}

/** In the doctor's order. */
const ENFORCERS: readonly { readonly who: string; readonly marks: readonly Mark[] }[] = [
  {
    who: "kube-router, Calico, Cilium, Weave, Azure, Antrea and flannel's chart with netpol.enabled",
    marks: [
      {
        mark: "iptables-nft -N KUBE-ROUTER-FORWARD",
        message: /^kube-router's .*: KUBE-ROUTER-FORWARD$/,
        mend: /--run-firewall=false/,
      },
      { mark: "iptables-nft -N cali-FORWARD", message: /^Calico .*: cali-FORWARD$/, mend: /policy part/ },
      {
        mark: "iptables-nft -t mangle -N CILIUM_PRE_mangle",
        message: /^Cilium .*: CILIUM_PRE_mangle$/,
        mend: /enable-policy/,
      },
      {
        mark: "iptables-nft -N WEAVE-NPC-DEFAULT",
        message: /^Weave's .*: WEAVE-NPC-DEFAULT$/,
        mend: /EXPECT_NPC=0/,
      },
      {
        mark: "iptables-legacy -N AZURE-NPM",
        message: /^Azure's .*: AZURE-NPM$/,
        mend: /--network-policy azure/,
      },
      {
        mark: "ip6tables-nft -N ANTREA-POSTROUTING",
        message: /^Antrea .*: ANTREA-POSTROUTING$/,
        mend: /AntreaPolicy/,
      },
      {
        mark: "nft add table inet kube-network-policies",
        message: /netpol\.enabled.*: inet kube-network-policies$/,
        mend: /netpol\.enabled=false/,
      },
    ],
  },
  {
    who: "k3s, whose controller is kube-router's, Calico in nftables, and kind",
    marks: [
      {
        mark: "iptables-nft -N KUBE-POD-FW-XW5QGXGJHQ3GNQQP; ip6tables-nft -N KUBE-NWPLCY-DEFAULT",
        message: /k3s has it built in.*: KUBE-/,
        mend: /--disable-network-policy/,
      },
      { mark: "nft add table ip calico", message: /^Calico .*: ip calico$/, mend: /policy part/ },
      {
        mark: "nft add table inet kindnet-network-policies",
        message: /kind has it built in.*kindnet/,
        mend: /DaemonSet/,
      },
    ],
  },
];

const FORGET = `
for t in iptables-nft ip6tables-nft iptables-legacy; do
  $t -S | sed -n 's/^-N //p' | while read -r chain; do $t -X "$chain"; done
done
iptables-nft -t mangle -X CILIUM_PRE_mangle 2>/dev/null || true
for table in "inet kube-network-policies" "inet kindnet-network-policies" "ip calico"; do
  nft delete table $table 2>/dev/null || true
done
`;

describeKernel("selvedge doctor, of second enforcers,", () => {
  let netns: OwnNetns;
  let ready: ChildProcess;
  beforeAll(async () => {
    netns = await healthyNode("nft");
    ready = await startAnswering(netns);
  });
  afterAll(async () => {
    await end(ready);
    await netns.remove();
  });

  it.each(ENFORCERS)("finds $who", async ({ marks }) => {
    await netns.sh(marks.map(({ mark }) => mark).join("; "));
    const { found, status } = await diagnosis(netns);
    await netns.sh(FORGET);
    expect(found).toEqual(
      marks.map(({ message, mend }) => ({
        check: "second enforcer",
        status: "fail",
        message: expect.stringMatching(message),
        mend: expect.stringMatching(mend),
      })),
    );
    expect(status).toBe(1);
  });

  it("is well again when they are all gone, and where nft is missing says what it did not look at", async () => {
    expect(await diagnosis(netns)).toEqual({ status: 0, found: [] });
    const text = await netns.sh(`${without("nft")}\n${root}/bin/selvedge doctor`);
    expect(text).toMatch(/second enforcer +none \(tables of nftables not looked at: /);
  });
});
