import type { Logger } from "pino";
import type { KubeClient } from "../../kube/client.ts";
import type { ClusterView, ClusterViewOptions } from "../cluster-view.ts";
import { watchPublished } from "../published/watch-published.ts";
import { EnforcerNodeWriter } from "./enforcer-node-writer.ts";
import type { NodeFacts } from "./node-report.ts";

interface ControlledOptions extends NodeFacts {
  readonly node: string;
  readonly client: KubeClient;
  /** Of the controllers' Lease. */
  readonly namespace: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** What an enforcer has that carries out what a controller publishes, and tells it how far it is. */
export interface Controlled {
  readonly watch: (options: ClusterViewOptions) => ClusterView;
  readonly writer: EnforcerNodeWriter;
}

export function controlled(options: ControlledOptions, notReady: () => string | undefined): Controlled {
  const { namespace } = options;
  const writer = new EnforcerNodeWriter({ ...options, notReady });
  const watch = (view: ClusterViewOptions): ClusterView =>
    watchPublished({ ...view, namespace, guest: { asked: writer.start(), now: () => writer.guest() } });
  return { watch, writer };
}
