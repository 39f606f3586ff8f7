import { type Party, destinationOf } from "./party.ts";
import { families } from "../core/address.ts";
import { type Bounds, judge } from "../core/evaluate.ts";
import type { Program } from "../core/program.ts";
import { unionTraffic } from "../core/traffic.ts";

/**
 * Everything that may pass from one party to another over at least one address family, exactly. `certain` is what passes
 * whatever the addresses that nobody knows yet will be, `possible` what passes for some of them: "never" is a statement
 * about `possible`, "always" one about `certain`.
 *
 * A workload of several replicas that is asked about itself is asked about two of its pods; any other pod always reaches
 * itself.
 */
export function reach(program: Program, from: Party, to: Party): Bounds {
  const destination = destinationOf(from, to);
  const judgements = families.map((family) => judge(program, from.end, destination, family));
  return {
    certain: judgements.map(({ certain }) => certain).reduce(unionTraffic),
    possible: judgements.map(({ possible }) => possible).reduce(unionTraffic),
  };
}
