import { expect, test } from "vitest";
import { sourceProblemText } from "../../../src/kube/files/source.ts";

test("a problem is one line that no terminal obeys, whatever a file calls its fields", () => {
  const message = 'unknown field "a\r\nb\u001b[2J\u2028c"';
  expect(sourceProblemText({ file: "f\n.yaml", line: 1, column: 2, object: "Pod a/b", message })).toBe(
    'f\\u000a.yaml:1:2: Pod a/b: unknown field "a\\u000d\\u000ab\\u001b[2J\\u2028c"',
  );
});

test("what is live is told by its name, and the message names the field", () => {
  const live = { object: "NetworkPolicy shop/web", field: "spec.ingress[0]" };
  const problem = { file: "<cluster>", live, object: live.object, message: "spec.ingress[0]: Invalid value" };
  expect(sourceProblemText(problem)).toBe(
    "<cluster>: NetworkPolicy shop/web: spec.ingress[0]: Invalid value",
  );
});
