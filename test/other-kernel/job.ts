import type { Kernel } from "./kernel-package.ts";

/** What comes before the exit code of the tests, at the end of all that the machine says. */
export const EXIT = "other-kernel: exit ";

/** Loaded beforehand, as the tests ask a kernel for what it has: others come by themselves, as on any node. */
const MODULES = [
  "overlay",
  "br_netfilter",
  "ip_set",
  "nf_tables",
  "vxlan",
  "sctp",
  "ip_vs",
  "nf_conntrack_netlink",
];

const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

/**
 * The first program there: makes of the files a system, runs the tests, says how they ended, and turns it off. Temporary files go
 * to a filesystem of their own, as tests lay overlays over them; /tmp stays what it is, since the checkout may be in it.
 */
export const jobScript = (kernel: Kernel, checkout: string, words: readonly string[]): string => `
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t cgroup2 cgroup /sys/fs/cgroup
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /lib/modules
mount -t devpts pts /dev/pts
mount -t tmpfs run /run
mkdir -m 1777 /run/tmp
mount --bind ${quoted(kernel.root)}/lib/modules /lib/modules
export HOME=/root TMPDIR=/run/tmp NO_COLOR=1 PATH=${quoted(checkout)}/node_modules/node/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
echo
ip link set lo up
hostname other-kernel
for module in ${MODULES.join(" ")}; do modprobe $module || echo "other-kernel: has no $module"; done
cd ${quoted(checkout)}
echo "other-kernel: Linux $(uname -r)"
npx vitest run ${words.map(quoted).join(" ")} 2>&1 | cat
echo "${EXIT}\${PIPESTATUS[0]}"
echo o > /proc/sysrq-trigger
sleep 60
`;
