import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  AcknowledgedSession,
  type Manner,
  SessionTrouble,
} from "../../../src/kernel/session/acknowledged-session.ts";
import type { SessionRequest } from "../../../src/kernel/session/session-door.ts";
import { must } from "../../support/must.ts";

/** A session with a program whose words the test says; acknowledgements come on standard error, as ipset's. */
function scripted(patienceMs = 60_000, frame?: Manner["frame"]) {
  const written: string[] = [];
  let request: SessionRequest | undefined;
  let kills = 0;
  const session = new AcknowledgedSession(
    (asked) => {
      request = asked;
      return {
        write: (input) => void written.push(input),
        kill: () => {
          kills += 1;
          return Promise.resolve();
        },
      };
    },
    {
      command: "tool",
      args: [],
      acknowledgesOn: "error",
      echoLine: (token) => `echo ${token}`,
      prompt: "tool> ",
      patienceMs,
      ...(frame === undefined ? {} : { frame }),
    },
  );
  return {
    session,
    written,
    program: must(request),
    kills: () => kills,
    /** What the program is to repeat now. */
    token: () => must(/echo (\S+)\n$/.exec(must(written.at(-1)))?.[1]),
  };
}

/** Cuts a text at these places. */
function pieces(text: string, cuts: readonly number[]): string[] {
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)), text.length].toSorted((a, b) => a - b);
  return places.slice(1).flatMap((place, i) => text.slice(places[i], place) || []);
}

describe("an answer", () => {
  test("is what was said before the token, in however many pieces it comes", async () => {
    const words = fc.array(fc.stringMatching(/^[a-z :']{0,20}$/), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        words,
        fc.array(fc.nat(200)),
        fc.array(fc.nat(20)),
        async (lines, cuts, promptCuts) => {
          const { session, program, token } = scripted();
          for (let round = 0; round < 2; round += 1) {
            const answer = session.ask("add a 1\n");
            const said = lines.map((line) => `${line}\n`).join("");
            for (const piece of pieces("tool> tool> ", promptCuts)) program.onOutput(piece);
            for (const piece of pieces(`${said}no such thing: '${token()}'\n`, cuts)) program.onError(piece);
            expect(await answer).toBe(lines.join("\n"));
          }
        },
      ),
    );
  });

  test("has no part of what frames the token, and ends with the last line of that", async () => {
    const frames = fc.record({ before: fc.nat(3), after: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(
        frames,
        fc.array(fc.constantFrom("no", "nor that")),
        fc.array(fc.nat(200)),
        async (frame, lines, cuts) => {
          const { session, program, token } = scripted(60_000, frame);
          for (let round = 0; round < 2; round += 1) {
            const answer = session.ask("add a 1\n");
            const around = (count: number): string[] => Array.from({ length: count }, () => "^^^");
            const said = [...lines, ...around(frame.before), token(), ...around(frame.after)];
            for (const piece of pieces(said.map((line) => `${line}\n`).join(""), cuts))
              program.onError(piece);
            expect(await answer).toBe(lines.join("\n"));
          }
        },
      ),
    );
    const { session, program, token } = scripted(60_000, { before: 1, after: 0 });
    const answer = session.ask("add a 1\n");
    program.onError(`${token()}\n`);
    await expect(answer).rejects.toThrow("unasked words");
  });

  test("to the last question is none to this one", async () => {
    const { session, program, token } = scripted(50);
    const first = session.ask("add a 1\n");
    const old = token();
    program.onError(`${old}\n`);
    await first;
    const second = session.ask("add a 2\n");
    expect(token()).not.toBe(old);
    program.onError(`${old}\n`);
    await expect(second).rejects.toThrow("no answer within 50 ms");
  });
});

describe("trouble", () => {
  const troubles: Record<string, (program: SessionRequest, token: string) => void> = {
    "the program ends": (program) => program.onEnd("ended by SIGKILL"),
    "nobody answers": () => undefined,
    "there are words after the token": (program, token) => program.onError(`${token}\nand another thing`),
    "there is no prompt on the other pipe": (program, token) => {
      program.onOutput("tool> what?");
      program.onError(`${token}\n`);
    },
  };

  test.each(Object.keys(troubles))("%s: the question fails, and every one that follows", async (what) => {
    const { session, program, token, written } = scripted(50);
    const answer = session.ask("add a 1\n");
    must(troubles[what])(program, token());
    await expect(answer).rejects.toThrow(SessionTrouble);
    await expect(session.ask("add a 2\n")).rejects.toThrow(SessionTrouble);
    expect(written).toHaveLength(1);
  });

  test("between two questions is found by the next", async () => {
    for (const trouble of [
      (program: SessionRequest) => program.onError("by the way\n"),
      (program: SessionRequest) => program.onEnd("ended by exit 0"),
    ]) {
      const { session, program } = scripted();
      trouble(program);
      await expect(session.ask("add a 1\n")).rejects.toThrow(
        /^tool: (?:unasked words: by the way|ended by exit 0)$/,
      );
    }
  });

  test("closing ends the program, and the question that is open", async () => {
    const { session, kills } = scripted();
    const answer = session.ask("add a 1\n");
    const failed = expect(answer).rejects.toThrow("tool: closed");
    await session.close();
    await failed;
    expect(kills()).toBe(1);
  });
});
