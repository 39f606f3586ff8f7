import { parseAddress } from "../core/address.ts";
import { addressBits } from "../core/address.ts";
import { type Cidr, parseCidr } from "../core/cidr.ts";
import type { Labels } from "../core/selector.ts";
import { namedKind } from "../kube/kind-names.ts";
import { hypotheticalLabels } from "./hypothetical-labels.ts";

/** Who is meant, as it was written, before anybody has looked whether there is such an end. */
export type EndSpec =
  /** `shop/web`, or `web` in the default namespace: a pod or workload, else a Service. */
  | { readonly kind: "name"; readonly namespace: string; readonly name: string }
  /** `shop/deploy/web`; `object` is the kind as Kubernetes calls it. */
  | { readonly kind: "object"; readonly object: string; readonly namespace: string; readonly name: string }
  | { readonly kind: "node"; readonly name: string }
  /** `shop/{app=web}`: a pod that does not exist yet. */
  | { readonly kind: "pod"; readonly namespace: string; readonly labels: Labels; readonly text: string }
  /** Every address of a block; one address is a block of its own. */
  | { readonly kind: "addresses"; readonly cidr: Cidr }
  /** Every address that no pod and no node has. */
  | { readonly kind: "world" };

/** What is wrong with the text of an end, in words. */
export interface BadEnd {
  readonly kind: "bad";
  readonly message: string;
}

const bad = (message: string): BadEnd => ({ kind: "bad", message });

/** Kinds that are ends; others (a NetworkPolicy) open no connections. */
const isEnd = (kind: string): boolean => !["Namespace", "NetworkPolicy", "EndpointSlice"].includes(kind);

/**
 * Reads an end: `web`, `shop/web`, `shop/deploy/web`, `node/NAME`, `shop/{app=web}`, an address, a CIDR or `world`. A
 * namespace called `node` is asked about as `node/pod/NAME`.
 */
export function parseEnd(text: string, defaultNamespace: string): EndSpec | BadEnd {
  if (text === "world") return { kind: "world" };
  const address = parseAddress(text);
  if (address !== undefined) {
    const { family, value } = address;
    return { kind: "addresses", cidr: { family, first: value, length: addressBits[family] } };
  }
  const cidr = parseCidr(text);
  if (cidr !== undefined) return { kind: "addresses", cidr };
  const braced = /^(?:([^/{}]+)\/)?\{(.*)\}$/.exec(text);
  if (braced !== null) {
    const labels = hypotheticalLabels(braced[2] ?? "");
    if (labels.kind === "bad") return bad(`${text}: ${labels.message}`);
    return { kind: "pod", namespace: braced[1] ?? defaultNamespace, labels: labels.labels, text };
  }
  const parts = text.split("/");
  if (parts.some((part) => part === "") || parts.length > 3) return bad(`${text}: ${WANTED}`);
  const [first = "", second, third] = parts;
  if (second === undefined) return { kind: "name", namespace: defaultNamespace, name: first };
  if (third === undefined) {
    if (namedKind(first)?.kind === "Node") return { kind: "node", name: second };
    return { kind: "name", namespace: first, name: second };
  }
  const object = namedKind(second)?.kind;
  if (object === undefined || !isEnd(object))
    return bad(`${text}: ${second} is no kind that is an end; ${WANTED}`);
  if (object === "Node") return bad(`${text}: a node is in no namespace: write node/${third}`);
  return { kind: "object", object, namespace: first, name: third };
}

const WANTED =
  "want NAME, NAMESPACE/NAME, NAMESPACE/KIND/NAME, node/NAME, NAMESPACE/{key=value}, an address, a CIDR or world";
