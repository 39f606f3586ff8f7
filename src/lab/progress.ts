import { colors } from "./colors.ts";

/** Tells a person what happens: on a terminal with a counter that moves, elsewhere in plain lines. */
export interface Progress {
  readonly step: (text: string) => void;
  readonly count: (done: number, total: number) => void;
  /** Ends the running step; its duration is shown. */
  readonly end: () => void;
}

export function startProgress(out: NodeJS.WriteStream): Progress {
  let step: { readonly text: string; readonly began: number } | undefined;
  const clear = (): void => {
    if (out.isTTY) out.write("\r\u001B[2K");
  };
  const end = (): void => {
    if (step === undefined) return;
    const seconds = ((performance.now() - step.began) / 1000).toFixed(1);
    clear();
    out.write(`${colors.dim(`${seconds.padStart(5)} s`)}  ${step.text}\n`);
    step = undefined;
  };
  return {
    end,
    step: (text) => {
      end();
      step = { text, began: performance.now() };
      if (out.isTTY) out.write(`   ...  ${text}`);
    },
    count: (done, total) => {
      if (!out.isTTY || step === undefined || (done % 25 !== 0 && done !== total)) return;
      clear();
      out.write(`   ...  ${step.text} ${done}/${total}`);
    },
  };
}
