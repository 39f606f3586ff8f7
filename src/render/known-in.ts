import { type Family, families } from "../core/address.ts";
import type { StartGate } from "../core/start-gate.ts";
import { Memo } from "./memo.ts";
import { addressesIn } from "./set-table.ts";

const byFamily = new Memo(
  ({ known }: StartGate) => new Map(families.map((family) => [family, addressesIn(family, known)])),
);

/** The addresses of one family that the start gate lets by, as text. A gate stays, while policies change. */
export const knownIn = (gate: StartGate, family: Family): readonly string[] =>
  byFamily.of(gate).get(family) ?? [];
