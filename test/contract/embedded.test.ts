import { contract } from "./contract.ts";
import { embeddedServer } from "./servers/embedded.ts";

contract("the embedded API server", embeddedServer);
