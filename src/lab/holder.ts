import { inNetns } from "./enter.ts";
import { launch } from "./launch.ts";
import { LAB_MARK, LABS_DIR, NETNS_DIR, netnsPath } from "./names.ts";

/**
 * What makes a network namespace a node: a mount namespace with a `/run`, a `/var/lib/cni` and a `/sys` of
 * its own, and the kernel's switches as kubelet, kube-proxy and flannel set them. Mounts still come in from
 * the machine, so that pods' network namespaces, named later, are seen here too.
 *
 * `$1` the node's directory. Run as a shell inside the new mount namespace.
 */
const SETUP = `
set -e
mount -n -t sysfs sysfs /sys
mkdir -p "$1/run"
mount -n -t tmpfs -o mode=755 tmpfs "$1/run"
mkdir -p "$1/run/netns" "$1/run/selvedge-lab" "$1/run/.lab/upper" "$1/run/.lab/work"
mount -n --rbind ${NETNS_DIR} "$1/run/netns"
mount -n --rbind ${LABS_DIR} "$1/run/selvedge-lab"
mount -n --move "$1/run" /run
if ! [ -d /var/lib/cni ]; then
  mount -n -t overlay overlay -o lowerdir=/var/lib,upperdir=/run/.lab/upper,workdir=/run/.lab/work /var/lib
  mkdir /var/lib/cni
fi
mount -n --bind "$1/cni" /var/lib/cni
cd /proc/sys/net
echo 1 >ipv4/ip_forward
echo 1 >ipv6/conf/all/forwarding
echo 0 >ipv6/conf/all/accept_dad
echo 0 >ipv6/conf/default/accept_dad
echo 1 >bridge/bridge-nf-call-iptables
echo 1 >bridge/bridge-nf-call-ip6tables
echo ready
cd /
exec sleep infinity
`;

/** Starts the process that holds a node's namespaces; returns its process id. */
export function startHolder(lab: string, netns: string, dir: string): Promise<number> {
  const [command, ...enter] = inNetns(netnsPath(netns));
  return launch({
    what: `holder of ${netns}`,
    command,
    args: [...enter, "unshare", "--mount", "--propagation=slave", "--", "sh", "-c", SETUP, "holder", dir],
    env: { [LAB_MARK]: lab },
    logFile: `${dir}/holder.log`,
  });
}
