import { describe } from "vitest";
import { contract } from "./contract.ts";
import { garbageContract } from "./garbage.ts";
import { embeddedServer } from "./servers/embedded.ts";

contract("the embedded API server", embeddedServer);

describe("garbage in the embedded API server", () => garbageContract(embeddedServer));
