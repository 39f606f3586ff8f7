import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { execOrThrow } from "../../../src/kernel/exec.ts";
import { type RunningEnforcer, startEnforcer } from "../../../src/lab/cluster/enforcers.ts";
import type { LabCluster } from "../../../src/lab/cluster/lab-cluster.ts";
import { apply } from "../../../src/lab/cluster/objects.ts";
import type { LabNode } from "../../../src/lab/node.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { must } from "../../support/must.ts";
import { follows, logOf, networkPolicy, playground, way } from "../enforcer/playground.ts";
import { describeKernel } from "../support.ts";

/** Prints the processes of tcpdump in this network namespace. */
const READERS =
  'ns=$(readlink /proc/self/ns/net); for p in $(pidof tcpdump); do [ "$(readlink /proc/$p/ns/net)" = "$ns" ] && echo $p; done; true';
const SELVEDGE = fileURLToPath(new URL("../../../bin/selvedge", import.meta.url));
/** A guard against hanging, not a bar. */
const PATIENCE = { timeout: 20_000, interval: 100 };

// "auto" is nftables here. Of the two iptables one: what tells them apart is seen without an enforcer (`denials.test.ts`).
describe.each(["auto", "nft"] as const)("--backend %s", (backend) => {
  describeKernel("what an enforcer enforces is seen", () => {
    const name = `seen${backend}`;
    let cluster: LabCluster;
    let node: LabNode;
    let enforcer: RunningEnforcer;
    const stranger = { from: "x/client", to: "x/server" } as const;

    /** Isolates the server; only a friend may in, at these ports. */
    const only = (ports: readonly number[]) =>
      apply(
        cluster.control.client,
        networkPolicy("server", {
          podSelector: { matchLabels: { app: "server" } },
          ingress: ports.map((port) => ({
            from: [{ podSelector: { matchLabels: { app: "friend" } } }],
            ports: [{ port }],
          })),
        }),
      );

    beforeAll(async () => {
      cluster = await playground(name, "nft", [
        { name: "server", node: "node1", labels: { app: "server" } },
        { name: "friend", node: "node1", labels: { app: "friend" } },
        { name: "client", node: "node2" },
      ]);
      node = must(cluster.lab.nodes[0]);
      enforcer = await startEnforcer(node, backend);
      await only([80]);
      await follows(cluster, stranger, "closed");
    });
    afterAll(() => teardown(name));

    const sh = (line: string): Promise<string> =>
      execOrThrow(node.exec, { command: "sh", args: ["-ec", line] });
    const selvedge = (...args: readonly string[]): Promise<string> =>
      execOrThrow(node.exec, { command: SELVEDGE, args });
    const FETCH = 'console.log(await (await fetch("http://127.0.0.1:10268/metrics")).text())';
    const metric = async (line: string): Promise<number> => {
      const args = ["--input-type=module", "-e", FETCH];
      const text = await execOrThrow(node.exec, { command: process.execPath, args });
      const found = text.split("\n").find((each) => each.startsWith(`${line} `));
      return Number(found?.slice(line.length));
    };
    const denied = () =>
      metric('selvedge_denied_packets_total{namespace="x",policy="server",direction="ingress"}');

    it("as sentences, from the enforcer and in its log", async () => {
      const { client, server } = {
        client: must(cluster.pods.get("x/client")).addresses.v4,
        server: must(cluster.pods.get("x/server")).addresses.v4,
      };
      const sentence = `x/client (${client}) -> x/server (${server}) TCP/80 denied: ingress is isolated by x/server; x/server ingress[0] allows TCP/80, but not from x/client`;
      await expect
        .poll(async () => {
          await way(cluster, stranger);
          return selvedge("denials");
        }, PATIENCE)
        .toContain(sentence);
      const [first] = (await selvedge("denials", "-o", "json")).split("\n");
      expect(JSON.parse(first ?? "")).toMatchObject({ cause: "ingress", policies: ["x/server"] });
      const lines = (await logOf(enforcer.logFile)).filter(({ msg }) => msg === sentence);
      expect(lines).toHaveLength(1);
    });

    const events = async (): Promise<readonly Readonly<Record<string, unknown>>[]> => {
      const path = "/apis/events.k8s.io/v1/namespaces/x/events?fieldSelector=reason=NetworkPolicyDenied";
      const list = (await cluster.control.client.request({ path })) as {
        readonly items: readonly Readonly<Record<string, unknown>>[];
      };
      return list.items;
    };

    it("as Events on the pod, one for each sentence however often it was denied", async () => {
      await expect.poll(async () => (await events()).length, PATIENCE).toBeGreaterThan(0);
      const path = "/api/v1/namespaces/x/pods";
      const pods = (await cluster.control.client.request({ path })) as {
        readonly items: readonly { readonly metadata: { readonly name: string; readonly uid: string } }[];
      };
      const uid = (name: string) =>
        must(pods.items.find(({ metadata }) => metadata.name === name)).metadata.uid;
      const tcp = (await events()).filter(({ note }) => String(note).includes(" TCP/80 denied: "));
      expect(tcp).toHaveLength(1);
      expect(tcp[0]).toMatchObject({
        type: "Warning",
        note: expect.stringMatching(
          /^x\/client .* -> x\/server .*; x\/server ingress\[0\] allows TCP\/80, but not from x\/client$/,
        ),
        regarding: { kind: "Pod", namespace: "x", name: "server", uid: uid("server") },
        related: { kind: "Pod", namespace: "x", name: "client", uid: uid("client") },
        reportingController: "selvedge.dev/enforcer",
        reportingInstance: "node1",
      });
    });

    it("as counters, of which those of Prometheus go on where the kernel's begin again", async () => {
      expect(await way(cluster, { from: "x/friend", to: "x/server" })).toBe("open");
      expect(await selvedge("counters")).toMatch(/^x\/server +ingress\[0\] +[1-9]\d* +[1-9]/m);
      expect(await selvedge("counters")).toMatch(/^x\/server +ingress denied +[1-9]/m);
      await Promise.all(Array.from({ length: 20 }, () => way(cluster, { ...stranger, protocol: "UDP" })));
      await expect.poll(denied, PATIENCE).toBeGreaterThanOrEqual(20);
      // A reading may be a second old.
      await new Promise((resolve) => {
        setTimeout(resolve, 1_100);
      });
      const before = await denied();
      await only([80, 81]);
      await expect.poll(() => selvedge("counters"), PATIENCE).toMatch(/^x\/server +ingress\[1\] /m);
      // The client may have tried again by itself, but hardly as often.
      const anew = /^x\/server +ingress denied +(\d+) /m.exec(await selvedge("counters"))?.[1];
      expect(Number(anew)).toBeLessThan(before);
      expect(await denied()).toBeGreaterThanOrEqual(before);
      await way(cluster, stranger);
      await expect.poll(denied, PATIENCE).toBeGreaterThan(before);
      const friends =
        'selvedge_rule_packets_total{namespace="x",policy="server",direction="ingress",rule="0"}';
      expect(await metric(friends)).toBe(1);
      expect(await metric("selvedge_policies")).toBe(1);
    });

    it("again after tcpdump was killed, and is enforced meanwhile", async () => {
      const before = (await sh(READERS)).trim();
      expect(before).toMatch(/^\d+$/);
      await sh(`kill -9 ${before}`);
      expect(await way(cluster, stranger)).toBe("closed");
      await expect.poll(() => sh(READERS), PATIENCE).toMatch(/^\d+\n$/);
      const known = (await selvedge("denials")).split("\n").length;
      await expect
        .poll(async () => {
          await way(cluster, stranger);
          return (await selvedge("denials")).split("\n").length;
        }, PATIENCE)
        .toBeGreaterThan(known);
    });

    it("leaves no reader behind when it stops", async () => {
      await enforcer.stop();
      await expect.poll(() => sh(READERS), PATIENCE).toBe("");
    });

    it("as no Events where nobody wants them", async () => {
      const before = await events();
      enforcer = await startEnforcer(node, backend, ["--events", "off"]);
      await expect.poll(() => sh(READERS), PATIENCE).toMatch(/^\d+\n$/);
      await expect
        .poll(async () => {
          await way(cluster, { ...stranger, protocol: "UDP" });
          return selvedge("denials");
        }, PATIENCE)
        .toContain("UDP/53 denied: ");
      await enforcer.stop();
      expect(await events()).toEqual(before);
      await expect.poll(() => sh(READERS), PATIENCE).toBe("");
    });

    it("by the kernel alone where no enforcer runs, and leaves no reader behind either", async () => {
      const sentence =
        /^\S+ 10\.\S+ -> x\/server \(10\.\S+\) UDP\/53 denied: ingress is isolated by x\/server, and no rule allows it$/m;
      const following = node.exec({ command: "timeout", args: ["8", SELVEDGE, "denials", "--follow"] });
      await expect.poll(() => sh(READERS), PATIENCE).toMatch(/^\d+\n$/);
      await way(cluster, { ...stranger, protocol: "UDP" });
      expect((await following).stdout).toMatch(sentence);
      expect(await sh(READERS)).toBe("");
    });
  });
});
