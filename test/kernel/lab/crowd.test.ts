import { afterAll, beforeAll, expect, it } from "vitest";

import { execOrThrow } from "../../../src/kernel/exec.ts";
import { FAMILIES, iptablesCommand } from "../../../src/lab/backend.ts";
import { createLab, type Lab } from "../../../src/lab/lab.ts";
import { startPods, type LabPod } from "../../../src/lab/pod.ts";
import type { PodPort } from "../../../src/lab/pod-spec.ts";
import { probeAll } from "../../../src/lab/prober.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { describeKernel } from "../support.ts";
import { podSpec, sure, word } from "./fixture.ts";

const NAME = "tcrowd";
const PODS = 20;
const PORTS: readonly PodPort[] = [
  { protocol: "TCP", containerPort: 80 },
  { protocol: "TCP", containerPort: 443 },
  { protocol: "UDP", containerPort: 53 },
];

describeKernel("a crowd", () => {
  let lab: Lab;
  let pods: readonly LabPod[];

  beforeAll(async () => {
    lab = await createLab({ name: NAME });
    pods = await startPods(
      Array.from({ length: PODS }, (_, i) => ({
        node: sure(lab.nodes[i % 2]),
        spec: podSpec(`p${i}`, { ports: PORTS }),
      })),
    );
  });
  afterAll(() => teardown(NAME));

  // Every other pod takes no TCP from another: what is silent must not slow or hide what answers.
  const closed = (from: LabPod, to: LabPod, port: PodPort): boolean =>
    from !== to && port.protocol === "TCP" && pods.indexOf(to) % 4 < 2;

  it("is measured exactly, twenty pods on three ports in both families, open and closed", async () => {
    for (const node of lab.nodes)
      for (const family of FAMILIES) {
        const rules = pods
          .filter((_, i) => i % 4 < 2)
          .map(({ addresses }) => `-A FORWARD -p tcp --syn -d ${addresses[family]} -j DROP`);
        await execOrThrow(node.exec, {
          command: iptablesCommand("nft", family, "restore"),
          args: ["--noflush", "--wait"],
          input: ["*mangle", ...rules, "COMMIT", ""].join("\n"),
        });
      }
    const cells = FAMILIES.flatMap((family) =>
      pods.flatMap((from) => pods.flatMap((to) => PORTS.map((port) => ({ family, from, to, port })))),
    );
    const outcomes = await probeAll(
      cells.map(({ family, from, to, port }) => ({
        from: from.agent,
        to: { protocol: port.protocol, address: to.addresses[family], port: port.containerPort },
      })),
    );
    const label = ({ family, from, to, port }: (typeof cells)[number], what: string): string =>
      `${from.name} -> ${to.name}:${port.containerPort}/${port.protocol} ${family}: ${what}`;
    expect(cells.map((cell, i) => label(cell, word(sure(outcomes[i]))))).toEqual(
      cells.map((cell) =>
        label(cell, closed(cell.from, cell.to, cell.port) ? "timeout" : `t/${cell.to.name}`),
      ),
    );
  });
});
