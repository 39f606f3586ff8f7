/** A NetworkPolicy; `spec` as in the API. */
export const policy = (namespace: string, name: string, spec: object): object => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { namespace, name },
  spec,
});

/** Nothing in, nothing out, for all pods of a namespace. */
export const denyAll = (namespace: string): object =>
  policy(namespace, "deny-all", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });

/** Pods with `role=server` are reached by those with `role=friend`, and by nobody else. */
export const allowLabelled = (namespace: string): object =>
  policy(namespace, "allow-labelled", {
    podSelector: { matchLabels: { role: "server" } },
    policyTypes: ["Ingress"],
    ingress: [{ from: [{ podSelector: { matchLabels: { role: "friend" } } }] }],
  });
