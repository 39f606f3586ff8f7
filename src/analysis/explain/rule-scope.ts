import type { NetworkPolicyPeer, NetworkPolicyPort } from "../../core/network-policy.ts";
import { type LabelSelector, isEverything, selector, selectorText } from "../../core/selector.ts";
import { list } from "../lint/words.ts";

/** The label that the API server puts on every namespace. */
export const NAME_LABEL = "kubernetes.io/metadata.name";

const SHOWN = 4;

const some = (words: readonly string[]): string =>
  words.length > SHOWN
    ? list([...words.slice(0, SHOWN - 1), `${words.length - SHOWN + 1} more`])
    : list(words);

/** `monitoring`, or `namespaces with team=a`. */
function spaceText(wanted: LabelSelector): string {
  const canonical = selector(wanted);
  if (isEverything(canonical)) return "any namespace";
  const text = selectorText(canonical);
  const [, name] = new RegExp(`^${NAME_LABEL}=([^,]+)$`).exec(text) ?? [];
  return name ?? `namespaces with ${text}`;
}

function peerText({ ipBlock, namespaceSelector, podSelector }: NetworkPolicyPeer, namespace: string): string {
  if (ipBlock !== undefined) {
    const { cidr, except = [] } = ipBlock;
    return except.length === 0 ? cidr : `${cidr} but ${some(except)}`;
  }
  if (namespaceSelector === undefined && podSelector === undefined) return "nobody";
  const pods = selector(podSelector ?? {});
  const who = isEverything(pods) ? "all pods" : selectorText(pods);
  // Labels by themselves mean the policy's own namespace, as readers of policies know.
  if (namespaceSelector === undefined) return isEverything(pods) ? `all pods of ${namespace}` : who;
  return `${who} of ${spaceText(namespaceSelector)}`;
}

const portText = ({ protocol = "TCP", port, endPort }: NetworkPolicyPort): string => {
  if (port === undefined) return `any ${protocol} port`;
  return `${protocol}/${port}${endPort === undefined || endPort === port ? "" : `-${endPort}`}`;
};

/** Whom a rule names, in a few words: `app=prometheus of monitoring`. */
export const peersText = (peers: readonly NetworkPolicyPeer[], namespace: string): string =>
  peers.length === 0 ? "anybody" : some(peers.map((peer) => peerText(peer, namespace)));

/** Which ports it opens, as they were written: `TCP/metrics`. */
export const portsText = (ports: readonly NetworkPolicyPort[]): string =>
  ports.length === 0 ? "any port" : some(ports.map(portText));
