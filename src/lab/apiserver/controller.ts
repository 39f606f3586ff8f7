import type { Change } from "./change-log.ts";
import type { Environment } from "./environment.ts";

/** Reacts to one change by further changes, as kube-controller-manager or a kubelet would. */
export type Controller = (env: Environment, change: Change) => void;
