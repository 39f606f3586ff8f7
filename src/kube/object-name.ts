/** `Deployment shop/web`: who an object is among objects of all kinds. */
export const objectName = (kind: string, namespace: string, name: string): string =>
  kind === "Namespace" || kind === "Node" ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
