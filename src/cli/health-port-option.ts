import { InvalidArgumentError, Option } from "commander";

function port(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 65535)
    throw new InvalidArgumentError("want 1 to 65535");
  return number;
}

/** Where this node's enforcer is asked how it is. */
export const healthPortOption = (): Option =>
  new Option("--health-port <port>", "the enforcer's, on loopback").argParser(port).default(10_268);
