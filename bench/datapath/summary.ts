import type { Family } from "../../src/core/address.ts";
import type { Variant } from "../../src/kernel/variant.ts";
import { noPolicy } from "./contestants.ts";
import type { Sample } from "./measure.ts";
import type { Kind } from "./rig.ts";
import type { Size } from "./scenario.ts";
import { type Spread, spreadOf } from "./statistics.ts";

/** One contestant at one place: all of its rounds. */
export interface Cell {
  readonly contestant: string;
  /** What a packet took on its whole way. */
  readonly nanoseconds: Spread;
  /** Against the node without policies in the same round. */
  readonly ratio: Spread;
  /** Packets that did not arrive. */
  readonly lost: number;
}

/** What was measured side by side. */
export interface Row {
  readonly variant: Variant;
  readonly family: Family;
  readonly size: Size;
  readonly kind: Kind;
  readonly cells: readonly Cell[];
}

export const sizeText = ({ pods, policies }: Size): string => `${pods} × ${policies}`;

const rowKey = ({ variant, family, size, kind }: Omit<Row, "cells">): string =>
  [kind, variant, family, sizeText(size)].join(" ");

function cellsOf(samples: readonly Sample[]): Cell[] {
  const bare = new Map(
    samples
      .filter(({ contestant }) => contestant === noPolicy.name)
      .map(({ round, nanoseconds }) => [round, nanoseconds]),
  );
  return [...Map.groupBy(samples, ({ contestant }) => contestant)].map(([contestant, its]) => ({
    contestant,
    nanoseconds: spreadOf(its.map(({ nanoseconds }) => nanoseconds)),
    ratio: spreadOf(its.map(({ round, nanoseconds }) => nanoseconds / (bare.get(round) ?? Number.NaN))),
    lost: its.reduce((sum, { sent, arrived }) => sum + sent - arrived, 0),
  }));
}

/** Samples as rows, in the order in which they were measured. */
export function rowsOf(samples: readonly Sample[]): Row[] {
  return [...Map.groupBy(samples, rowKey).values()].flatMap((its) => {
    const [first] = its;
    if (first === undefined) return [];
    const { variant, family, size, kind } = first;
    return [{ variant, family, size, kind, cells: cellsOf(its) }];
  });
}
