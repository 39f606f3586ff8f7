import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { type ExecRequest, processExec } from "../../../src/kernel/exec.ts";
import { KeptShell, type KeptShellOptions } from "../../../src/kernel/session/kept-shell.ts";
import {
  type OpenProgram,
  type SessionDoor,
  processSessionDoor,
} from "../../../src/kernel/session/session-door.ts";
import { must } from "../../support/must.ts";

function rig(options: KeptShellOptions = {}, through: SessionDoor = processSessionDoor) {
  /** What was run by itself. */
  const ran: string[] = [];
  const opened: OpenProgram[] = [];
  const shell = new KeptShell(
    (request) => {
      const program = through(request);
      opened.push(program);
      return program;
    },
    (request) => {
      ran.push([request.command, ...request.args].join(" "));
      return processExec(request);
    },
    { restMs: 1, ...options },
  );
  onTestFinished(() => shell.close());
  return { shell, ran, opened };
}

const asked = (text: string): ExecRequest => {
  const [command = "", ...args] = text.split(" ");
  return { command, args };
};

describe("a shell that is kept open", () => {
  test("tells what a program says that succeeds, as a process does, and starts no other", async () => {
    const { shell, ran, opened } = rig();
    for (const text of ["true", "printf a", "printf a%s b", "seq 3", "seq 400000", "echo"]) {
      const { code, stdout } = await processExec(asked(text));
      expect(await shell.exec(asked(text))).toEqual({ code, stdout, stderr: "" });
    }
    expect([ran, opened.length]).toEqual([[], 1]);
  });

  test("gives each its own answer, whoever asks at once", async () => {
    const { shell, ran } = rig();
    const answers = await Promise.all(
      [5, 100_000, 1, 70_000].map((count) => shell.exec(asked(`seq ${count}`))),
    );
    expect(answers.map(({ stdout }) => stdout.trim().split("\n").length)).toEqual([5, 100_000, 1, 70_000]);
    expect(ran).toEqual([]);
  });

  test("leaves a failure to a process of its own, which says why", async () => {
    const { shell, ran, opened } = rig();
    for (const text of ["false", "cat /nonexistent", "no-such-program"])
      expect(await shell.exec(asked(text))).toEqual(await processExec(asked(text)));
    expect(ran).toEqual(["false", "cat /nonexistent", "no-such-program"]);
    await shell.exec(asked("true"));
    expect([ran.length, opened.length]).toEqual([3, 1]);
  });

  test("is given no word that means something to it, and no input", async () => {
    const { shell, ran, opened } = rig();
    for (const word of [
      "a;b",
      "$HOME",
      "`id`",
      "a b",
      "*",
      "'",
      '"',
      "a\nb",
      "",
      "~",
      "a>b",
      "#",
      "(",
      "!",
      "a=b",
    ]) {
      const request = { command: "printf", args: ["%s", word] };
      expect(await shell.exec(request)).toEqual(await processExec(request));
    }
    expect(await shell.exec({ ...asked("cat"), input: "said\n" })).toMatchObject({ stdout: "said\n" });
    expect([ran.length, opened.length]).toEqual([16, 0]);
  });

  test("does not read what the next is asked as its program's input", async () => {
    const { shell } = rig();
    const [cat, echo] = await Promise.all([shell.exec(asked("cat")), shell.exec(asked("echo next"))]);
    expect([cat.stdout, echo.stdout]).toEqual(["", "next\n"]);
  });
});

describe("trouble with it", () => {
  test("costs no answer, and is over after a rest", async () => {
    const { shell, ran, opened } = rig({ restMs: 50 });
    await shell.exec(asked("true"));
    const answer = shell.exec(asked("sleep 0.2"));
    await sleep(50);
    await must(opened[0]).kill();
    expect(await answer).toMatchObject({ code: 0 });
    expect(ran).toEqual(["sleep 0.2"]);
    await sleep(60);
    expect(await shell.exec(asked("seq 2"))).toEqual({ code: 0, stdout: "1\n2\n", stderr: "" });
    expect([ran.length, opened.length]).toEqual([1, 2]);
  });

  test("that it is not there is no more than that", async () => {
    const { shell, ran } = rig({ restMs: 60_000 }, (request) =>
      processSessionDoor({ ...request, command: "no-such-shell" }),
    );
    for (let i = 0; i < 3; i += 1) expect(await shell.exec(asked("seq 1"))).toMatchObject({ stdout: "1\n" });
    expect(ran).toEqual(["seq 1", "seq 1", "seq 1"]);
  });

  test("a program that does not end in time is run by itself", async () => {
    const { shell, ran, opened } = rig({ patienceMs: 100 });
    expect(await shell.exec(asked("sleep 0.3"))).toMatchObject({ code: 0 });
    expect(ran).toEqual(["sleep 0.3"]);
    await sleep(5);
    await shell.exec(asked("true"));
    expect(opened).toHaveLength(2);
  });
});
