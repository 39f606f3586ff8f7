import { type KubeClient, KubeError } from "../../kube/client.ts";
import { forEachLimit } from "../../kube/publish/for-each-limit.ts";
import type { Published as Collection, Write } from "../../kube/publish/plan-publication.ts";
import { laterVersion } from "../../kube/resource-version.ts";
import { writeObject } from "../../kube/publish/write-object.ts";

/** Writes under way at once: an API server's default share for one client is a few dozen. */
export const CONCURRENCY = 16;

/** A write that did not come about. */
export interface WriteFailure {
  /** Of what kind and name. */
  readonly object: string;
  readonly error: unknown;
  /** Another wrote the object since it was read: the next plan knows. */
  readonly isConflict: boolean;
  /** Milliseconds that the server asks to be left alone for. */
  readonly retryAfter: number;
}

export interface Published {
  readonly written: number;
  /** The newest resourceVersion that was written in each collection. */
  readonly versions: Versions;
  readonly failures: readonly WriteFailure[];
}

export type Versions = Readonly<Partial<Record<Collection, string>>>;

const CONFLICT = 409;

const objectOf = (write: Write): string =>
  `${write.collection}/${write.kind === "apply" ? write.intent.key : write.key}`;

export function writeFailure(object: string, error: unknown): WriteFailure {
  const answer = error instanceof KubeError ? error : undefined;
  return {
    object,
    error,
    isConflict: answer?.status === CONFLICT,
    retryAfter: answer?.retryAfter ?? 0,
  };
}

/**
 * Carries out the stages of a plan. A stage in which a write failed is the last one: what comes after builds on it. What
 * is written stays, and the next plan starts from it.
 */
export async function publish(
  client: KubeClient,
  stages: readonly (readonly Write[])[],
  signal: AbortSignal,
): Promise<Published> {
  let written = 0;
  const versions: Partial<Record<Collection, string>> = {};
  for (const stage of stages) {
    const failures = await forEachLimit(stage, CONCURRENCY, async (write) => {
      signal.throwIfAborted();
      const version = await writeObject(client, write, signal);
      const { collection } = write;
      if (version !== undefined) versions[collection] = laterVersion(versions[collection] ?? "0", version);
      written += 1;
    });
    if (failures.length > 0)
      return {
        written,
        versions,
        failures: failures.map(({ item, error }) => writeFailure(objectOf(item), error)),
      };
  }
  return { written, versions, failures: [] };
}
