import { type Box, intersection, subtract } from "./box.ts";

/** How many boxes are looked at before a question is given up; the answer is then no, which claims nothing. */
const STEPS_MAXIMUM = 5000;

/**
 * Whether every point of `region` lies in at least one of the boxes: for all labels that there could be, not only for
 * those that some pod bears today. Exact, but for questions of an absurd size.
 */
export function isCovered(region: Box, covers: readonly Box[]): boolean {
  let steps = 0;

  function covered(box: Box, from: readonly Box[]): boolean {
    steps += 1;
    if (steps > STEPS_MAXIMUM) return false;
    const touching = from.filter((cover) => intersection(box, cover) !== undefined);
    const [first, ...others] = touching;
    if (first === undefined) return false;
    if (touching.some((cover) => subtract(box, cover).length === 0)) return true;
    return subtract(box, first).every((part) => covered(part, others));
  }

  return covered(region, covers);
}
