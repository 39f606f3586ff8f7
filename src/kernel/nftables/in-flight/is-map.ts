import type { StandingSet } from "../../state.ts";

/** Whether it leads to chains. Its elements go with it; those of a set are found until nobody is left who may ask. */
export const isMap = ({ type }: Pick<StandingSet, "type">): boolean =>
  type === "verdicts" || type === "port-verdicts";
