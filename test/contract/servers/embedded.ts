import { startApiServer } from "../../../src/lab/apiserver.ts";
import type { ContractServer } from "./contract-server.ts";

/** The server of the lab and of the tests. */
export async function embeddedServer(): Promise<ContractServer> {
  const server = await startApiServer({ bookmarkIntervalMs: 1_000 });
  return {
    url: server.url,
    isReal: false,
    restart: () => {
      server.expireHistory();
      server.cutConnections();
      return Promise.resolve();
    },
    close: () => server.close(),
  };
}
