import { wrap } from "../../finding/wrap.ts";
import { counted } from "../../lint/words.ts";
import type { KernelLine, KernelSet, KernelWalk } from "../netfilter/kernel-walk.ts";
import { type TextOptions, WIDTH } from "./text-options.ts";

const INDENT = "    ";

function lineText({ rule, does, counted: count }: KernelLine, { paint }: TextOptions): string[] {
  const numbers = count === undefined ? "" : `[${count.packets}:${count.bytes}] `;
  const colour = { leads: paint.faint, allows: paint.good, drops: paint.error }[does];
  return wrap(`${numbers}${rule}`, WIDTH - INDENT.length, "  ").map((text) => INDENT + colour(text));
}

function setText({ name, type, size, entries }: KernelSet): string[] {
  const has = entries.length === 0 ? "neither end in it" : `with ${entries.join(", ")}`;
  const entryWord = size === 1 ? "1 entry" : `${size} entries`;
  return wrap(`set ${name} (${type}, ${entryWord}): ${has}`, WIDTH - 2, "  ").map((text) => `  ${text}`);
}

function walkText(walk: KernelWalk, options: TextOptions): string[] {
  const { node, direction, family, table, standIns, lines, passedOver, sets } = walk;
  const where = node === undefined ? "whichever node gets the pod" : `node ${node}`;
  const chains = [...Map.groupBy(lines, ({ chain }) => chain)];
  const standing = standIns.map(({ address, pod }) => `${address} stands for ${pod}`).join(", ");
  return [
    options.paint.strong(`in the kernel of ${where}: ${direction}, ${family}, table ${table}`),
    ...(standing === ""
      ? []
      : wrap(`(${standing}: no file tells the address)`, WIDTH - 2).map((text) => `  ${text}`)),
    ...chains.flatMap(([chain, own], i) => [
      `  ${chain}`,
      ...(i === chains.length - 1 && passedOver > 0
        ? [`${INDENT}${options.paint.faint(`... ${counted(passedOver, "line")} of other peers and ports`)}`]
        : []),
      ...own.flatMap((line) => lineText(line, options)),
    ]),
    ...sets.flatMap(setText),
  ];
}

/** For people: the way of the first packet through the chains, and the sets that they look into. */
export const kernelText = (walks: readonly KernelWalk[], options: TextOptions): string[] =>
  walks.flatMap((walk) => ["", ...walkText(walk, options)]);
