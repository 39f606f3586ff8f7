interface Instruction {
  readonly code: number;
  readonly whenTrue: number;
  readonly whenFalse: number;
  readonly k: number;
}

/** A program in `xt_bpf`'s notation: the number of instructions, then `code jt jf k` of each. */
function parse(text: string): Instruction[] {
  const [count, ...lines] = text.split(",");
  if (Number(count) !== lines.length)
    throw new Error(`bpf: ${count} instructions announced, ${lines.length} given`);
  return lines.map((line, at) => {
    const [code = 0, whenTrue = 0, whenFalse = 0, k = 0] = line.trim().split(" ").map(Number);
    if (at + 1 + Math.max(whenTrue, whenFalse) > lines.length - 1 && (code & 7) === 5)
      throw new Error(`bpf: instruction ${at} jumps out of the program`);
    return { code, whenTrue, whenFalse, k };
  });
}

function word(data: Uint8Array, at: number): number | undefined {
  if (at + 4 > data.length) return undefined;
  return new DataView(data.buffer).getUint32(at);
}

/**
 * Compiles classic BPF to a predicate over the packet from its IP header on, as far as it is used here (linux/filter.h):
 * `ld [k]`, `tax`, `jeq x`, `ret k`. A load beyond the packet ends the program with 0, as in the kernel.
 */
export function classicBpf(text: string): (data: Uint8Array) => boolean {
  const program = parse(text);
  return (data) => {
    let a = 0;
    let x = 0;
    for (let at = 0; ; at += 1) {
      const instruction = program[at];
      if (instruction === undefined) throw new Error("bpf: ran off the end of the program");
      const { code, whenTrue, whenFalse, k } = instruction;
      switch (code) {
        case 0x20: {
          const loaded = word(data, k);
          if (loaded === undefined) return false;
          a = loaded;
          break;
        }
        case 0x07:
          x = a;
          break;
        case 0x1d:
          at += a === x ? whenTrue : whenFalse;
          break;
        case 0x06:
          return k !== 0;
        default:
          throw new Error(`bpf: unknown instruction ${code}`);
      }
    }
  };
}
