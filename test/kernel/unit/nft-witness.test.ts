import { expect, test } from "vitest";
import { nftablesWatched } from "../../../src/kernel/nftables/nftables-backend.ts";
import { NftWitness } from "../../../src/kernel/witness/nft-witness.ts";

/** A witness of an nft that says what a test has it say. */
function witnessed() {
  let say: (chunk: string) => void = () => undefined;
  const witness = new NftWitness(({ onOutput }) => {
    say = onOutput;
    return { write: () => undefined, kill: () => Promise.resolve() };
  }, nftablesWatched);
  witness.watch(() => undefined);
  let generation = 0;
  const tell = (lines: string): void => {
    generation += 1;
    say(`${lines}# new generation ${generation} by process 1 (nft)\n`);
  };
  return {
    witness,
    tell,
    lose: () => say("# ERROR: We lost some netlink events!\n"),
    /** What one of ours leaves in the account. */
    ours: (): string => {
      const chain = witness.signature.sign();
      return `add chain ip selvedge ${chain}\ndelete chain ip selvedge ${chain}\n`;
    },
  };
}

/** The moments at which things are signed are milliseconds. */
const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

test("what follows lost events may be a part of what was, until a write of ours that was signed later", async () => {
  const { witness, tell, lose, ours } = witnessed();
  tell(ours());
  const before = witness.mark();
  expect(before).toBeDefined();
  const earlier = ours();
  await moment();
  lose();
  await moment();
  tell("add table ip other\n");
  tell(earlier);
  expect([witness.mark(), witness.since(before).kind]).toEqual([undefined, "blind"]);
  tell(ours());
  const mark = witness.mark();
  expect([witness.since(mark).kind, witness.since(before).kind]).toEqual(["undisturbed", "blind"]);
  await witness.close();
});
