import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface CniFile {
  readonly pod: string;
  readonly uid?: string;
  readonly ips: readonly string[];
  readonly ifName?: string;
}

/** What libcni writes of an ADD by containerd, of a pod of namespace `default`. */
export const cniText = ({ pod, uid, ips, ifName = "eth0" }: CniFile): string =>
  JSON.stringify({
    kind: "cniCacheV1",
    containerId: "0123",
    config: "e30=",
    ifName,
    networkName: "cbr0",
    cniArgs: [
      ["IgnoreUnknown", "1"],
      ["K8S_POD_NAMESPACE", "default"],
      ["K8S_POD_NAME", pod],
      ["K8S_POD_INFRA_CONTAINER_ID", "0123"],
      ...(uid === undefined ? [] : [["K8S_POD_UID", uid]]),
    ],
    result: { cniVersion: "1.0.0", ips: ips.map((ip) => ({ address: `${ip}/24`, interface: 2 })), dns: {} },
  });

const fileOf = (pod: string): string => `cbr0-0123${pod}-eth0`;

/** As a runtime does after ADD: in place, the directory with the first. */
export async function addCni(directory: string, file: CniFile): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, fileOf(file.pod)), cniText(file));
}

/** As a runtime does after DEL. */
export const delCni = (directory: string, pod: string): Promise<void> => rm(join(directory, fileOf(pod)));
