/** The words of one line as the tools split it: by spaces, but for what stands between double quotes. */
export function splitWords(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

/** Reads words one after the other; what is missing is an error. */
export class Words {
  readonly #words: readonly string[];
  #at = 0;

  constructor(line: string) {
    this.#words = splitWords(line);
  }

  /** The next word, or one that comes so many after it. */
  peek(after = 0): string | undefined {
    return this.#words[this.#at + after];
  }

  take(): string {
    const word = this.peek();
    if (word === undefined) throw new Error("a word is missing at the end of the line");
    this.#at += 1;
    return word;
  }

  /** Takes the word if it comes next. */
  takeIf(word: string): boolean {
    if (this.peek() !== word) return false;
    this.#at += 1;
    return true;
  }

  /** Takes the word, which must come next. */
  expect(word: string): void {
    const found = this.take();
    if (found !== word) throw new Error(`expected ${word}, found ${found}`);
  }
}
