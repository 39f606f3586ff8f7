/*
 * The image, as it is built, in the container that the manifests describe: read-only root, the named capabilities and no
 * others, the default seccomp profile; on a node's network of its own, against the embedded API server.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type ApiServer, startApiServer } from "../../src/lab/apiserver.ts";
import { fileURLToPath } from "node:url";
import { NODE, onlyFront, pod, policy } from "../daemon/fixture.ts";
import { must } from "../support/must.ts";
import { type OwnNetns, ownNetns } from "../kernel/own-netns.ts";
import { type BuiltRootfs, builtRootfs } from "./container/built-rootfs.ts";
import { missingForImage } from "./container/missing.ts";
import type { OciOptions } from "./container/oci-config.ts";
import { installShipped } from "./container/install-shipped.ts";
import { podSpecOf, shipped } from "./container/pod-spec.ts";
import { type RunningContainer, runContainer } from "./container/run-container.ts";

const FORWARDER = fileURLToPath(new URL("../../src/lab/forwarder/forwarder.ts", import.meta.url));

/** Has rules make sets and maps of every kind, which the node's nft, of another version than the image's, is to read. */
const everySet = policy("every-set", {
  podSelector: {},
  policyTypes: ["Ingress", "Egress"],
  ingress: [
    { from: [{ podSelector: {} }], ports: [{ port: 80 }, { port: 443 }] },
    { from: [{ ipBlock: { cidr: "192.0.2.0/24" } }], ports: [{ port: 80 }, { port: 443 }] },
  ],
  egress: [{ to: [{ podSelector: {} }], ports: [{ port: "http" }] }],
});

/** A guard against hanging, not a bar. */
const PATIENCE = { timeout: 15_000, interval: 100 };
const BUILD_PATIENCE = 1_800_000;

const reason = missingForImage();
const describeImage = reason === undefined ? describe : describe.skip;

describeImage(reason === undefined ? "the image" : `the image [skipped: ${reason}]`, () => {
  let rootfs: BuiltRootfs | undefined;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "selvedge-container-"));
    rootfs = await builtRootfs();
  }, BUILD_PATIENCE);
  afterAll(async () => {
    await rootfs?.remove();
    await rm(folder, { recursive: true });
  });

  interface Node {
    readonly netns: OwnNetns;
    readonly api: ApiServer;
    readonly options: OciOptions & { readonly folder: string };
  }

  /** A node with files of its own, which reaches the API server on its loopback. */
  const node = async (): Promise<Node> => {
    const netns = await ownNetns();
    onTestFinished(() => netns.remove());
    await netns.sh("ip link add cni0 type bridge; ip link set cni0 up");
    for (const name of [
      "ipv4.ip_forward",
      "ipv6.conf.all.forwarding",
      "bridge.bridge-nf-call-iptables",
      "bridge.bridge-nf-call-ip6tables",
    ])
      await netns.sh(`sysctl -qw net.${name}=1`);
    const files = await mkdtemp(join(folder, "node-"));
    const socketPath = join(files, "api.sock");
    const api = await startApiServer({ socketPath });
    onTestFinished(() => api.close());
    await installShipped(api.url);
    const forwarder = await netns.start(process.execPath, FORWARDER, "6443", socketPath);
    onTestFinished(() => void forwarder.kill());
    const hostPath = (path: string): string => join(files, path);
    await mkdir(hostPath("/var/lib/cni/results"), { recursive: true });
    await mkdir(dirname(hostPath("/run/xtables.lock")), { recursive: true });
    await writeFile(hostPath("/run/xtables.lock"), "");
    return {
      netns,
      api,
      options: {
        folder,
        rootfs: must(rootfs).path,
        entrypoint: must(rootfs).entrypoint,
        netnsPath: `/run/netns/${netns.enter.at(-1)}`,
        hostPath,
        fields: {
          "spec.nodeName": NODE,
          "metadata.namespace": "selvedge-system",
          "status.hostIP": "127.0.0.1",
        },
        extraArgs: ["--server=http://127.0.0.1:6443"],
      },
    };
  };

  /** A network namespace that the node routes to, as it does to a pod. */
  const beside = async (
    netns: OwnNetns,
    link: string,
    address: string,
    gateway: string,
  ): Promise<OwnNetns> => {
    const pod = await ownNetns();
    onTestFinished(() => pod.remove());
    await netns.sh(
      `ip link add ${link} type veth peer name eth0 netns ${pod.enter.at(-1)}; ip address add ${gateway}/32 dev ${link};` +
        `ip link set ${link} up; ip route add ${address}/32 dev ${link}`,
    );
    await pod.sh(
      `ip link set eth0 up; ip address add ${address}/32 dev eth0; ip route add ${gateway}/32 dev eth0; ip route add default via ${gateway}`,
    );
    return pod;
  };

  const isReady = async (container: RunningContainer): Promise<string> => {
    const script = "fetch('http://127.0.0.1:10268/readyz').then(r=>r.text()).then(console.log)";
    return (await container.exec("node", "-e", script)).stdout.split("\n")[0] ?? "";
  };

  /** What the node's other programs leave by which it is found what they use; either iptables is asked for by name. */
  const backends = [
    { backend: "nft", args: ["--backend=nft"], hint: "iptables-nft", rules: "iptables-nft-save -t mangle" },
    {
      backend: "legacy",
      args: ["--backend=legacy"],
      hint: "iptables-legacy",
      rules: "iptables-legacy-save -t mangle",
    },
    {
      backend: "nftables",
      args: [],
      hint: "iptables-nft",
      rules: "nft list table ip selvedge",
    },
  ] as const;

  test.each(backends)(
    "enforces with the DaemonSet's privileges alone, beside a controller that has none; the doctor finds nothing wrong; and it is cleaned up ($backend)",
    async ({ backend, args, hint, rules }) => {
      const { netns, api, options } = await node();
      api.seed({
        apiVersion: "v1",
        kind: "Node",
        metadata: { name: NODE },
        spec: { podCIDR: "10.244.1.0/24", podCIDRs: ["10.244.1.0/24"] },
      });
      const pods = [pod("db", "10.244.1.2"), pod("front", "10.244.2.2", { node: "n2" })];
      for (const each of [...pods, onlyFront, everySet]) api.seed(each);
      await netns.sh(`${hint} -t mangle -N KUBE-IPTABLES-HINT`);
      const stranger = await beside(netns, "stranger", "10.244.2.9", "10.244.2.1");
      await beside(netns, "db", "10.244.1.2", "10.244.1.1");
      const controller = await runContainer(podSpecOf(shipped("selvedge.yaml"), "Deployment"), options);
      onTestFinished(() => controller.stop().then(() => undefined));
      const daemonSet = podSpecOf(shipped("selvedge.yaml"), "DaemonSet");
      const extraArgs = [...options.extraArgs, ...args];
      const enforcer = await runContainer(daemonSet, { ...options, extraArgs });
      onTestFinished(() => enforcer.stop().then(() => undefined));
      await expect
        .poll(() => isReady(enforcer), PATIENCE)
        .toBe("ok")
        .catch(async (error: unknown) => {
          throw new Error(await enforcer.log(), { cause: error });
        });
      expect(await netns.sh(rules)).toContain("default/only-front ingress[0]");
      if (backend === "nftables") expect(await netns.sh(rules)).toContain("map SV4-ports-ingress {");

      expect(await enforcer.log()).toContain(`"backend":"${backend}"`);

      // A denial goes through the kernel's log, tcpdump and the API server.
      await stranger.exec({ command: "ping", args: ["-c1", "-W1", "10.244.1.2"] });
      const reasons = (): unknown[] => api.objects("events").map((event) => event["reason"]);
      await expect.poll(reasons, PATIENCE).toContain("NetworkPolicyDenied");

      // What the container may not: it is the proof that it runs confined, and that nothing asked for more.
      expect((await enforcer.exec("touch", "/opt/x")).stderr).toContain("Read-only file system");
      expect((await enforcer.exec("unshare", "--net", "true")).code).not.toBe(0);
      expect((await enforcer.exec("grep", "CapEff", "/proc/self/status")).stdout).toMatch(
        /0000000000003000$/m,
      );

      const controllers = await controller.exec("grep", "-E", "^Cap(Bnd|Eff)|^Uid", "/proc/self/status");
      expect(controllers.stdout).toMatch(/Uid:\t65532\t.*\nCapEff:\t0{16}\nCapBnd:\t0{16}/);

      const doctor = await enforcer.exec("selvedge", "doctor");
      expect(doctor.stdout).not.toMatch(/^(?:fail|unknown)/m);
      expect(doctor.code).toBe(0);
      expect(await enforcer.log()).not.toMatch(/"level":(?:40|50|60)/);

      expect(await enforcer.stop()).toBe(0);
      expect(await controller.stop()).toBe(0);
      const cleanup = await runContainer(podSpecOf(shipped("cleanup.yaml"), "DaemonSet"), {
        ...options,
        extraArgs: [],
        init: true,
      });
      expect(await cleanup.ended).toBe(0);
      expect(await netns.sh(`${hint}-save; ipset save; nft list ruleset`)).not.toMatch(
        /SELVEDGE|SV4|selvedge/,
      );
    },
  );
});
