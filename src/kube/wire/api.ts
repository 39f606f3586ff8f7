/** Where our objects live. */
export const API_GROUP = "selvedge.dev";
export const API_VERSION = `${API_GROUP}/v1alpha1`;

const collection = `/apis/${API_VERSION}`;

/** The collections, as paths of the API server. */
export const collections = {
  compiledPolicies: `${collection}/compiledpolicies`,
  addressGroups: `${collection}/addressgroups`,
  enforcerNodes: `${collection}/enforcernodes`,
} as const;
