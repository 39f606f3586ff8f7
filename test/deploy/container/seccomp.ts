import { readFileSync } from "node:fs";

/** Of Debian's golang-github-containers-common, which buildah and runc bring. */
const PROFILE = "/usr/share/containers/seccomp.json";

/** Calls that containerd's default profile grants with CAP_SYS_ADMIN alone, and this one to all. */
const FOR_SYS_ADMIN = new Set([
  "bpf",
  "fanotify_init",
  "fsconfig",
  "fsmount",
  "fsopen",
  "fspick",
  "lookup_dcookie",
  "mount",
  "mount_setattr",
  "move_mount",
  "open_tree",
  "perf_event_open",
  "quotactl",
  "setdomainname",
  "sethostname",
  "setns",
  "syslog",
  "umount",
  "umount2",
  "unshare",
]);

interface Condition {
  readonly caps?: readonly string[];
  readonly arches?: readonly string[];
}

interface Profile {
  readonly defaultAction: string;
  readonly defaultErrnoRet: number;
  readonly archMap: readonly {
    readonly architecture: string;
    readonly subArchitectures: readonly string[];
  }[];
  readonly syscalls: readonly {
    readonly names: readonly string[];
    readonly action: string;
    readonly errnoRet?: number;
    readonly args: readonly { readonly [field: string]: unknown }[];
    readonly includes: Condition;
    readonly excludes: Condition;
  }[];
}

const ARCH = process.arch === "x64" ? "amd64" : process.arch;
const MACHINE = process.arch === "x64" ? "SCMP_ARCH_X86_64" : "SCMP_ARCH_AARCH64";

/** `RuntimeDefault` as OCI writes it, for a process with these capabilities (`CAP_...`). */
export function defaultSeccomp(capabilities: ReadonlySet<string>): unknown {
  const profile = JSON.parse(readFileSync(PROFILE, "utf8")) as Profile;
  const isSysAdmin = capabilities.has("CAP_SYS_ADMIN");
  const holds = ({ includes, excludes }: Profile["syscalls"][number]): boolean =>
    (includes.arches?.includes(ARCH) ?? true) &&
    (includes.caps?.every((each) => capabilities.has(each)) ?? true) &&
    !(excludes.arches?.includes(ARCH) ?? false) &&
    !(excludes.caps?.some((each) => capabilities.has(each)) ?? false);
  const { architecture, subArchitectures } = profile.archMap.find(
    (each) => each.architecture === MACHINE,
  ) ?? {
    architecture: MACHINE,
    subArchitectures: [],
  };
  return {
    defaultAction: profile.defaultAction,
    defaultErrnoRet: profile.defaultErrnoRet,
    architectures: [architecture, ...subArchitectures],
    syscalls: profile.syscalls.filter(holds).flatMap(({ names, action, errnoRet, args }) => {
      const granted =
        isSysAdmin || action !== "SCMP_ACT_ALLOW" ? names : names.filter((each) => !FOR_SYS_ADMIN.has(each));
      return granted.length === 0
        ? []
        : [{ names: granted, action, ...(errnoRet !== undefined && { errnoRet }), args }];
    }),
  };
}
