import { expect, it } from "vitest";

import { nodeAddressing } from "../../src/lab/addressing.ts";
import { flannelConflist } from "../../src/lab/flannel/conflist.ts";
import { hostGatewayRoutes, vxlanForwarding, vxlanLinks } from "../../src/lab/flannel/network.ts";
import { flannelRules } from "../../src/lab/flannel/rules.ts";

const one = nodeAddressing(1);
const two = nodeAddressing(2);

it("writes the rules that flanneld writes, IPv4", () => {
  expect(flannelRules(one, "v4").split("\n")).toEqual([
    "*nat",
    ":FLANNEL-POSTRTG - [0:0]",
    '-A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG',
    '-A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 -m comment --comment "flanneld masq" -j RETURN',
    '-A FLANNEL-POSTRTG -s 10.244.1.0/24 -d 10.244.0.0/16 -m comment --comment "flanneld masq" -j RETURN',
    '-A FLANNEL-POSTRTG -s 10.244.0.0/16 -d 10.244.1.0/24 -m comment --comment "flanneld masq" -j RETURN',
    '-A FLANNEL-POSTRTG ! -s 10.244.0.0/16 -d 10.244.1.0/24 -m comment --comment "flanneld masq" -j RETURN',
    '-A FLANNEL-POSTRTG -s 10.244.0.0/16 ! -d 224.0.0.0/4 -m comment --comment "flanneld masq" -j MASQUERADE --random-fully',
    '-A FLANNEL-POSTRTG ! -s 10.244.0.0/16 -d 10.244.0.0/16 -m comment --comment "flanneld masq" -j MASQUERADE --random-fully',
    "COMMIT",
    "*filter",
    ":FLANNEL-FWD - [0:0]",
    '-A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD',
    '-A FLANNEL-FWD -s 10.244.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT',
    '-A FLANNEL-FWD -d 10.244.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT',
    "COMMIT",
    "",
  ]);
});

it("writes them for IPv6 with nothing of IPv4 in them", () => {
  const rules = flannelRules(one, "v6");
  expect(rules).toContain("-s fd00:10:244::/48 ! -d ff00::/8");
  expect(rules).not.toMatch(/\d\.\d/);
});

it("leads to the other node's pods by its VXLAN device", () => {
  expect(vxlanLinks(one, [two])).toEqual([
    "link add flannel.1 address 02:f1:a0:04:00:01 mtu 1450 type vxlan id 1 dev eth0 local 192.168.77.101 dstport 8472 nolearning",
    "addr add 10.244.1.0/32 dev flannel.1",
    "link set flannel.1 up",
    "neigh replace 10.244.2.0 lladdr 02:f1:a0:04:00:02 dev flannel.1 nud permanent",
    "route replace 10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink",
    "link add flannel-v6.1 address 02:f1:a0:06:00:01 mtu 1430 type vxlan id 1 dev eth0 local fd00:192:168:77::101 dstport 8472 nolearning",
    "addr add fd00:10:244:1::/128 dev flannel-v6.1 nodad",
    "link set flannel-v6.1 up",
    "neigh replace fd00:10:244:2:: lladdr 02:f1:a0:06:00:02 dev flannel-v6.1 nud permanent",
    "route replace fd00:10:244:2::/64 via fd00:10:244:2:: dev flannel-v6.1 onlink",
  ]);
  expect(vxlanForwarding([two])).toEqual([
    "fdb append 02:f1:a0:04:00:02 dev flannel.1 dst 192.168.77.102 self permanent",
    "fdb append 02:f1:a0:06:00:02 dev flannel-v6.1 dst fd00:192:168:77::102 self permanent",
  ]);
});

it("leads there by the node itself under host-gw", () => {
  expect(hostGatewayRoutes([two])).toEqual([
    "route replace 10.244.2.0/24 via 192.168.77.102 dev eth0",
    "route replace fd00:10:244:2::/64 via fd00:192:168:77::102 dev eth0",
  ]);
});

it("configures the bridge as flannel delegates to it", () => {
  const [bridge, portmap] = flannelConflist(two).plugins;
  expect(bridge).toMatchObject({
    type: "bridge",
    hairpinMode: true,
    isDefaultGateway: true,
    ipMasq: false,
    mtu: 1450,
    ipam: {
      type: "host-local",
      ranges: [[{ subnet: "10.244.2.0/24" }], [{ subnet: "fd00:10:244:2::/64" }]],
    },
  });
  expect(portmap).toEqual({ type: "portmap", capabilities: { portMappings: true } });
});
