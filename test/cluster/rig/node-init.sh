#!/bin/bash
# PID 1 of one node: namespaces of its own for network (its caller's), mounts, processes, hostname and IPC.
# Makes the places that a node's programs write to the node's own, then starts containerd, kubelet and kube-proxy.
# Its settings come as variables: NODE, DIR (the node's folder), LOGS, CONFIGS, and where programs are.
set -eu
export PATH=$CONTAINERD:$(dirname "$RUNC"):/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
hostname "$NODE"

# /sys of this network namespace, with the machine's control groups.
mkdir -p "$DIR/cgroup"
mount --rbind /sys/fs/cgroup "$DIR/cgroup"
mount -t sysfs sysfs /sys
mount --rbind "$DIR/cgroup" /sys/fs/cgroup
umount -R -l "$DIR/cgroup"

# Folders that are the node's: what it writes there ends with it. Each was made by the caller where the machine had none.
for place in $PLACES; do
  mkdir -p "$DIR/fs$place"
  mount --bind "$DIR/fs$place" "$place"
done
: >"$DIR/xtables.lock"
mount --bind "$DIR/xtables.lock" /run/xtables.lock
cp -a "$CNI/." /opt/cni/bin/

# Settings of the whole kernel that kubelet insists on are shown to it as files, so that the machine's stay as they are.
mkdir -p "$DIR/sysctl"
show() {
  file=$DIR/sysctl/$(echo "$1" | tr / _)
  echo "$2" >"$file"
  mount --bind "$file" "/proc/sys/$1" 2>/dev/null || true
}
show vm/overcommit_memory 1
show vm/panic_on_oom 0
show kernel/panic 10
show kernel/panic_on_oops 1
show kernel/keys/root_maxkeys 1000000
show kernel/keys/root_maxbytes 25000000
mount --make-rshared /

# Control groups, version 1: one of its own in every hierarchy. Version 2: kubelet makes them.
for hierarchy in /sys/fs/cgroup/*/; do
  [ -e "$hierarchy/tasks" ] || continue
  mkdir -p "$hierarchy/$CGROUP"
done
if [ -e /sys/fs/cgroup/cpuset/cpuset.cpus ]; then
  cat /sys/fs/cgroup/cpuset/cpuset.cpus >"/sys/fs/cgroup/cpuset/$CGROUP/cpuset.cpus"
  cat /sys/fs/cgroup/cpuset/cpuset.mems >"/sys/fs/cgroup/cpuset/$CGROUP/cpuset.mems"
elif [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  mkdir -p "/sys/fs/cgroup/$CGROUP"
fi

"$CONTAINERD/containerd" -c "$CONFIGS/containerd.toml" >>"$LOGS/$NODE-containerd.log" 2>&1 &
for _ in $(seq 150); do
  "$CONTAINERD/ctr" version >/dev/null 2>&1 && break
  sleep 0.2
done
for archive in $IMAGES; do "$CONTAINERD/ctr" -n k8s.io images import --no-unpack=false "$archive" >/dev/null; done
touch "$DIR/images-imported"

"$PROGRAMS/kubelet" --config="$CONFIGS/kubelet.yaml" --kubeconfig="$KUBELET_KUBECONFIG" --hostname-override="$NODE" \
  --node-ip="$NODE_IP" --v=2 >>"$LOGS/$NODE-kubelet.log" 2>&1 &
"$PROGRAMS/kube-proxy" --config="$CONFIGS/kube-proxy.yaml" --v=2 >>"$LOGS/$NODE-kube-proxy.log" 2>&1 &
# It ends where the node has no pod CIDR yet: whoever runs it as a DaemonSet has it started again.
run_flanneld() {
  while :; do
    NODE_NAME=$NODE "$FLANNELD" --kube-subnet-mgr --kubeconfig-file="$FLANNEL_KUBECONFIG" --iface=eth0 --ip-masq \
      --net-config-path="$CONFIGS/net-conf.json" -v 2 || true
    sleep 0.5
  done
}
run_flanneld >>"$LOGS/$NODE-flanneld.log" 2>&1 &

trap 'exit 0' TERM INT
# PID 1 reaps what containerd's shims leave behind.
while :; do wait -n || sleep 1; done
