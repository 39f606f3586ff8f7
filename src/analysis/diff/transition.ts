import type { Bounds, Verdict } from "../../core/evaluate.ts";
import {
  type Traffic,
  allTraffic,
  equalTraffic,
  isNoTraffic,
  intersectTraffic,
  subtractTraffic,
} from "../../core/traffic.ts";

/** Traffic of which the verdict is another than it was. */
export interface Transition {
  readonly before: Verdict;
  readonly after: Verdict;
  readonly traffic: Traffic;
}

const VERDICTS: readonly Verdict[] = ["denied", "depends", "allowed"];

/** The traffic that has this verdict. */
export function trafficWith(verdict: Verdict, { certain, possible }: Bounds): Traffic {
  switch (verdict) {
    case "allowed":
      return certain;
    case "depends":
      return subtractTraffic(possible, certain);
    case "denied":
      return subtractTraffic(allTraffic, possible);
  }
}

/** Whether more passes after it, or passes more surely. */
export const isGain = ({ before, after }: Pick<Transition, "before" | "after">): boolean =>
  VERDICTS.indexOf(after) > VERDICTS.indexOf(before);

/** All that differs between two states of a pair, each flow once. */
export function transitions(before: Bounds, after: Bounds): Transition[] {
  if (equalTraffic(before.certain, after.certain) && equalTraffic(before.possible, after.possible)) return [];
  return VERDICTS.flatMap((from) =>
    VERDICTS.flatMap((to): Transition[] => {
      if (from === to) return [];
      const traffic = intersectTraffic(trafficWith(from, before), trafficWith(to, after));
      return isNoTraffic(traffic) ? [] : [{ before: from, after: to, traffic }];
    }),
  );
}
