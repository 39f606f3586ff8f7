import type { Family } from "../../src/core/address.ts";
import type { Variant } from "../../src/kernel/variant.ts";
import type { Lab } from "../../src/lab/lab.ts";
import type { Contestant } from "./contestants.ts";
import {
  type Burst,
  type Kind,
  type Rig,
  buildRig,
  burst,
  conntrackMax,
  kinds,
  rememberedFlows,
  writeFlows,
} from "./rig.ts";
import { type Scenario, type Size, scenario } from "./scenario.ts";

/** One contestant's burst in one round. */
export interface Sample extends Burst {
  readonly variant: Variant;
  readonly family: Family;
  readonly size: Size;
  readonly kind: Kind;
  readonly contestant: string;
  readonly round: number;
}

export interface Trial {
  readonly lab: Lab;
  readonly generator: string;
  readonly contestants: readonly Contestant[];
  readonly variant: Variant;
  readonly families: readonly Family[];
  readonly size: Size;
  readonly rounds: number;
  readonly pairs: number;
  /** Told, in words, what was done. */
  readonly onStep: (step: string) => void;
}

interface Standing {
  readonly contestant: Contestant;
  readonly rig: Rig;
}

async function stand({
  lab,
  contestants,
  variant,
  families,
  size,
  onStep,
}: Trial): Promise<(Standing & { at: Scenario })[]> {
  const standing = [];
  for (const [i, contestant] of contestants.entries()) {
    const node = lab.nodes[i];
    if (node === undefined) throw new Error("a node for every contestant");
    const at = scenario(size, node);
    const rig = await buildRig(node);
    const began = performance.now();
    await contestant.enforce(node, variant, at, families);
    onStep(`${contestant.name}: rules stand after ${Math.round(performance.now() - began)} ms`);
    standing.push({ contestant, rig, at });
  }
  return standing;
}

/** So many of them at most, from all over. */
const thinned = <T>(all: readonly T[], most: number): readonly T[] =>
  all.filter((_, i) => Math.floor((i * most) / all.length) !== Math.floor(((i - 1) * most) / all.length));

/** A table that is full drops packets; one that holds too few was not asked about new flows. */
async function checkFlows(rig: Rig, { sent }: Burst): Promise<void> {
  const remembered = await rememberedFlows(rig);
  if (remembered > conntrackMax() / 2)
    throw new Error(`conntrack holds ${remembered} flows: it would soon be full`);
  if (remembered < sent * 0.9) throw new Error(`conntrack holds ${remembered} flows of ${sent} new ones`);
}

/**
 * Every contestant on a node of its own, all with the same pods and policies, and then round by round a burst through each,
 * first of the next round last of this: a slow moment of the machine falls on all of them.
 */
export async function measure(trial: Trial): Promise<Sample[]> {
  const { generator, variant, size, rounds } = trial;
  const standing = await stand(trial);
  const samples: Sample[] = [];
  for (const family of trial.families) {
    const here = standing.filter(({ contestant }) => contestant.families.includes(family));
    for (const { rig, at } of here) await writeFlows(rig, family, thinned(at.flows(family), trial.pairs));
    // Round 0 warms caches and conntrack's slabs, and is not kept.
    for (let round = 0; round <= rounds; round += 1) {
      const turn = round % here.length;
      for (const { contestant, rig } of [...here.slice(turn), ...here.slice(0, turn)]) {
        for (const kind of kinds) {
          const shown = await burst(rig, generator, kind, family);
          if (kind === "new") await checkFlows(rig, shown);
          if (round > 0)
            samples.push({ variant, family, size, kind, contestant: contestant.name, round, ...shown });
        }
      }
    }
  }
  return samples;
}
