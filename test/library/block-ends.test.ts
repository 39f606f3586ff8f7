import * as fc from "fast-check";
import { expect, it } from "vitest";
import { type Address, formatAddress } from "../../src/core/address.ts";
import { isInCidr, parseCidr } from "../../src/core/cidr.ts";
import type { Verdict } from "../../src/core/evaluate.ts";
import { compile } from "../../src/core/compile.ts";
import { livePods } from "../../src/core/live-pods.ts";
import type { Program } from "../../src/core/program.ts";
import type { ManifestCluster } from "../../src/kube/manifest-cluster.ts";
import { type Question, ask } from "../../src/library/ask.ts";
import { endIn, podParty } from "../../src/library/ends.ts";
import { blockArbitrary, nodes } from "../support/arbitrary/addresses.ts";
import { asManifests } from "../support/as-manifests.ts";
import { addressOfBits, bitsOf } from "../support/bits.ts";
import { clusterArbitrary } from "../support/cluster-arbitrary.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";

interface Case {
  readonly program: Program;
  readonly cluster: ManifestCluster;
}

function verdictOf(question: Omit<Question, "port">, { program, cluster }: Case): Verdict {
  const port = { kind: "number", protocol: "TCP", port: 80 } as const;
  const answer = ask(program, cluster, { ...question, port });
  if ("kind" in answer) throw new Error(answer.message);
  return answer.verdict;
}

const texts = ["0", "1", "2", "3", "4", "7", "8", "255"].flatMap((digit) => [
  `10.0.0.${digit}`,
  `10.0.1.${digit}`,
  `192.168.0.${digit}`,
  `203.0.113.${digit}`,
  `fd00::${digit}`,
  `fd01::${digit}`,
  `2001:db8::${digit}`,
]);
const sample = [...texts, "0.0.0.0", "255.255.255.255", "::", "ffff::ffff"].map((text) =>
  addressOfBits(bitsOf(text)),
);

it(
  "a block may, or may not, only where that is so of every address in it",
  () => {
    search(
      "blocks as ends",
      { cases: fc.tuple(clusterArbitrary, blockArbitrary, fc.boolean()), inTest: 250 },
      ([generated, { cidr }, isSource]) => {
        const pod = livePods(generated.pods)[0];
        const block = parseCidr(cidr);
        if (pod === undefined || block === undefined) return 0;
        const cluster = asManifests(generated, nodes);
        const asked: Case = { program: compile(generated), cluster };
        const party = { kind: "parties", name: "pod", parties: [podParty(pod)] } as const;
        const verdict = (text: string): Verdict => {
          const end = endIn(text, { ...asked, namespace: "default" });
          if (end.kind !== "parties") throw new Error(`${text} is no end`);
          return verdictOf(isSource ? { from: end, to: party } : { from: party, to: end }, asked);
        };
        const isSpoken = ({ family }: Address): boolean =>
          pod.addresses !== "unknown" && pod.addresses.some((own) => own.family === family);
        const whole = verdict(cidr);
        const inside = sample.filter((address) => isInCidr(address, block) && isSpoken(address));
        for (const address of inside) {
          const single = verdict(formatAddress(address));
          if (whole !== "depends")
            expect(`${formatAddress(address)}: ${single}`).toBe(`${formatAddress(address)}: ${whole}`);
        }
        return inside.length;
      },
    );
  },
  SEARCH_TIMEOUT,
);
