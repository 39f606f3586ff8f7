import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { crdFiles } from "../../scripts/crds/crd-files.ts";
import type { KubeClient } from "../../src/kube/client.ts";
import { collections } from "../../src/kube/wire/api.ts";

/** Puts our kinds into a cluster, and waits until it serves them. */
export async function install(client: KubeClient): Promise<void> {
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  for (const text of crdFiles.values())
    await client.request({ method: "POST", path, body: parse(text) as unknown });
  for (const collection of Object.values(collections)) {
    while ((await client.request({ path: collection }).catch(() => undefined)) === undefined) await sleep(20);
  }
}
