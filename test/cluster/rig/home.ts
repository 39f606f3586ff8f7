import { join } from "node:path";

/** Where a running cluster keeps its state and its logs; gone when it is taken down. */
export const home = "/var/tmp/selvedge-cluster";

export const inHome = (...path: readonly string[]): string => join(home, ...path);

export const logFile = (name: string): string => inHome("log", `${name}.log`);

/** Marks our network namespaces and control groups. */
export const PREFIX = "selvedge-e2e";

export const netnsOf = (name: string): string => `${PREFIX}-${name}`;

/** Commands inside one of our network namespaces, as words before them. */
export const inNetns = (name: string): readonly string[] => ["nsenter", `--net=/run/netns/${netnsOf(name)}`];
