# Lays the wires of a network namespace of its own, then becomes the program that holds their far ends.
#
#   in ==== in-node  (routed by this namespace)  out-node ==== out
#   left ==== left-node  (bridged by bridge-node)  right-node ==== right
#
# $1 the program; $2 what `ip -batch` takes: the addresses of the node itself.
set -e
cd /proc/sys/net
# A source may be anybody's: no way back to it is asked for.
for switch in ipv4/conf/all/rp_filter ipv4/conf/default/rp_filter \
  ipv6/conf/all/accept_dad ipv6/conf/default/accept_dad; do
  echo 0 >$switch
done
for switch in ipv4/ip_forward ipv6/conf/all/forwarding \
  bridge/bridge-nf-call-iptables bridge/bridge-nf-call-ip6tables; do
  echo 1 >$switch
done
ip link set lo up
for leg in in out left right; do
  # No neighbour is ever asked for: nobody would answer.
  ip link add $leg type veth peer name $leg-node
  ip link set $leg arp off up
  ip link set $leg-node arp off up
done
ip link set in-node address 02:00:00:00:00:01
ip link add bridge-node type bridge
ip link set bridge-node up
ip link set left-node master bridge-node
ip link set right-node master bridge-node
ip -4 route add default dev out-node
ip -6 route add default dev out-node
echo "$2" | ip -batch -
# On one CPU, so that packets come out in the order in which they went in: what has not come out before a later packet
# never will.
allowed=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status)
exec taskset -c "${allowed%%[-,]*}" perl "$1"
