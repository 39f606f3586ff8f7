import type { StandingSet } from "../../state.ts";

/** Whether it leads to chains. Its elements go with it, where those of a set are found as long as anybody may ask. */
export const isMap = ({ type }: Pick<StandingSet, "type">): boolean =>
  type === "verdicts" || type === "port-verdicts";
