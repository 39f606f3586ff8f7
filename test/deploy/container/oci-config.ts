import type { Container, PodSpec } from "./pod-spec.ts";
import { defaultSeccomp } from "./seccomp.ts";

export interface OciOptions {
  readonly rootfs: string;
  /** Of the image, before a command of the container's own. */
  readonly entrypoint: readonly string[];
  readonly netnsPath: string;
  /** What the downward API would say, by field path. */
  readonly fields: Readonly<Record<string, string>>;
  /** Replaces a path of the host's by one that the test made. */
  readonly hostPath: (path: string) => string;
  /** Added to what the manifest says. */
  readonly extraArgs: readonly string[];
}

/** As containerd hides them from every container that is not privileged. */
const MASKED = [
  "/proc/acpi",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/timer_list",
  "/proc/sched_debug",
  "/proc/scsi",
  "/sys/firmware",
];
const READ_ONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

const PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What a container runtime is told to run this container of a pod: the very fields of the manifest, in OCI's words. */
export function ociConfig(pod: PodSpec, container: Container, options: OciOptions): unknown {
  const { securityContext } = container;
  if (!securityContext.capabilities.drop.includes("ALL")) throw new Error("capabilities are not dropped");
  if (pod.securityContext.seccompProfile.type !== "RuntimeDefault") throw new Error("no seccomp profile");
  if (securityContext.privileged === true) throw new Error("privileged");
  const capabilities = (securityContext.capabilities.add ?? []).map((each) => `CAP_${each}`);
  const uid = securityContext.runAsUser ?? pod.securityContext.runAsUser ?? 0;
  const gid = securityContext.runAsGroup ?? pod.securityContext.runAsGroup ?? 0;
  const env = (container.env ?? []).map(
    ({ name, value, valueFrom }) =>
      [name, value ?? options.fields[valueFrom?.fieldRef.fieldPath ?? ""] ?? ""] as const,
  );
  const values = new Map(env);
  const expanded = (text: string): string =>
    text.replaceAll(/\$\((\w+)\)/g, (whole, name: string) => values.get(name) ?? whole);
  const args = [...(container.args ?? []).map(expanded), ...options.extraArgs];
  const volumes = new Map(pod.volumes?.map(({ name, hostPath }) => [name, hostPath.path]));
  return {
    ociVersion: "1.0.2",
    process: {
      user: { uid, gid },
      args: [...(container.command ?? options.entrypoint), ...args],
      env: [PATH, ...env.map(([name, value]) => `${name}=${value}`)],
      cwd: "/",
      noNewPrivileges: !securityContext.allowPrivilegeEscalation,
      capabilities: {
        bounding: capabilities,
        permitted: uid === 0 ? capabilities : [],
        effective: uid === 0 ? capabilities : [],
      },
    },
    root: { path: options.rootfs, readonly: securityContext.readOnlyRootFilesystem },
    hostname: "node",
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755", "size=65536k"] },
      { destination: "/dev/shm", type: "tmpfs", source: "shm", options: ["nosuid", "noexec", "nodev"] },
      { destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"] },
      ...(container.volumeMounts ?? []).map(({ name, mountPath, readOnly }) => ({
        destination: mountPath,
        type: "bind",
        source: options.hostPath(volumes.get(name) ?? ""),
        options: ["rbind", readOnly === true ? "ro" : "rw"],
      })),
    ],
    linux: {
      namespaces: [
        { type: "pid" },
        { type: "ipc" },
        { type: "uts" },
        { type: "mount" },
        { type: "network", path: options.netnsPath },
      ],
      maskedPaths: MASKED,
      readonlyPaths: READ_ONLY,
      seccomp: defaultSeccomp(new Set(capabilities)),
    },
  };
}
