/* Manifests for the rules' examples, in short YAML. */

const keyed = (key: string): string => {
  const [namespace = "", name = ""] = key.split("/");
  return `namespace: ${namespace}, name: ${name}`;
};

/** A pod; labels and ports in YAML, without the braces around them. */
export const pod = (key: string, labels: string, ports = "", more = ""): string =>
  `apiVersion: v1
kind: Pod
metadata: {${keyed(key)}, labels: {${labels}}}
spec: {${more}containers: [{name: main, ports: [${ports}]}]}
`;

export const service = (key: string, selector: string, ports: string): string =>
  `apiVersion: v1
kind: Service
metadata: {${keyed(key)}}
spec: {selector: {${selector}}, ports: [${ports}]}
`;

export const namespace = (name: string, labels: string): string =>
  `apiVersion: v1
kind: Namespace
metadata: {name: ${name}, labels: {${labels}}}
`;

/** A NetworkPolicy; `spec` in block style, without its indentation. */
export const policy = (key: string, spec: string): string =>
  `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {${keyed(key)}}
spec:
${spec
  .trim()
  .split("\n")
  .map((line) => `  ${line}`)
  .join("\n")}
`;

export const manifests = (...objects: readonly string[]): string => objects.join("---\n");
