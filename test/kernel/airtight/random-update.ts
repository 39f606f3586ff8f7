import type { KubeClient } from "../../../src/kube/client.ts";
import { apply, create, mergePatch, objectPath, remove } from "../../../src/lab/cluster/objects.ts";
import { namespace, networkPolicy } from "../enforcer/playground.ts";
import type { Dice } from "./dice.ts";

/** One write to the API server. */
export interface RandomUpdate {
  readonly text: string;
  carryOut(client: KubeClient): Promise<void>;
}

const APPS = ["web", "client", "stray"] as const;
const TEAMS = ["red", "blue"] as const;
const POLICIES = ["np0", "np1", "np2", "np3"] as const;
/** Peers of another node that are nothing but objects. */
const GUESTS = ["guest0", "guest1", "guest2"] as const;

const podRef = (namespace: string, name: string) => ({ apiVersion: "v1", kind: "Pod", namespace, name });

function randomPeer({ oneOf }: Dice): object {
  const pods = { podSelector: { matchLabels: { app: oneOf(APPS) } } };
  const namespaces = { namespaceSelector: { matchLabels: { team: oneOf(TEAMS) } } };
  return oneOf<object>([
    pods,
    namespaces,
    { ...pods, ...namespaces },
    { ipBlock: { cidr: "10.244.0.0/16", except: ["10.244.2.0/24"] } },
    { ipBlock: { cidr: "fd00:10:244:2::/64" } },
  ]);
}

function randomRules(dice: Dice, side: "from" | "to"): object[] {
  const [udp, tcp] = [
    { protocol: "UDP", port: 5000 },
    { protocol: "TCP", port: 5001 },
  ];
  const ports = dice.oneOf<object>([{}, { ports: [udp] }, { ports: [tcp] }, { ports: [udp, tcp] }]);
  return Array.from({ length: dice.below(3) }, () => ({ [side]: [randomPeer(dice)], ...ports }));
}

const randomSpec = (dice: Dice): object => ({
  podSelector: dice.oneOf<object>([{}, ...APPS.map((app) => ({ matchLabels: { app } }))]),
  policyTypes: dice.oneOf([["Ingress"], ["Egress"], ["Ingress", "Egress"]]),
  ingress: randomRules(dice, "from"),
  egress: randomRules(dice, "to"),
});

/** An object that is not there is as good as removed. */
const gone = (work: Promise<void>): Promise<void> => work.catch(() => undefined);

const guest = (name: string, app: string): Readonly<Record<string, unknown>> => {
  const digits = 200 + Number(name.slice(-1));
  const podIPs = [{ ip: `10.244.2.${digits}` }, { ip: `fd00:10:244:2::${digits}` }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "y", name, labels: { app } },
    spec: { nodeName: "node2", containers: [{ name: "main", image: "none" }] },
    status: { phase: "Running", podIP: podIPs[0]?.ip, podIPs },
  };
};

/** A change of one thing: a policy, a pod's or a namespace's labels, a peer that comes or goes. */
export function randomUpdate(dice: Dice, pods: readonly [string, ...string[]]): RandomUpdate {
  const policy = dice.oneOf(POLICIES);
  const app = dice.oneOf(APPS);
  switch (dice.below(8)) {
    case 0:
    case 1:
    case 2: {
      const object = networkPolicy(policy, randomSpec(dice));
      return {
        text: `apply ${JSON.stringify(object["spec"])} as ${policy}`,
        carryOut: (client) => apply(client, object),
      };
    }
    case 3: {
      const ref = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", namespace: "x", name: policy };
      return { text: `remove ${policy}`, carryOut: (client) => gone(remove(client, ref)) };
    }
    case 4: {
      const [where, team] = [dice.oneOf(["x", "y"]), dice.oneOf(TEAMS)];
      return {
        text: `namespace ${where} is ${team}`,
        carryOut: (client) => apply(client, namespace(where, { team })),
      };
    }
    case 5: {
      const name = dice.oneOf(GUESTS);
      return { text: `${name} comes as ${app}`, carryOut: (client) => create(client, guest(name, app)) };
    }
    case 6: {
      const name = dice.oneOf(GUESTS);
      return { text: `${name} goes`, carryOut: (client) => gone(remove(client, podRef("y", name))) };
    }
    default: {
      const [where = "", name = ""] = dice.oneOf(pods).split("/");
      return {
        text: `${where}/${name} is ${app}`,
        carryOut: (client) =>
          mergePatch(client, objectPath(podRef(where, name)), { metadata: { labels: { app } } }),
      };
    }
  }
}
