import type { Suggestion } from "./suggestion.ts";

/** What is to be written: a list of the one item to add, or a whole policy. */
export function suggestionValue(suggestion: Suggestion): unknown {
  switch (suggestion.kind) {
    case "add port":
      return [suggestion.port];
    case "add rule":
      return [suggestion.rule];
    case "add policy": {
      const { namespace, name, spec } = suggestion.made;
      return {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name, namespace },
        spec,
      };
    }
  }
}
