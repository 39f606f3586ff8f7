import { afterAll, beforeAll, describe } from "vitest";
import type { KubeClient } from "../../src/kube/client.ts";
import { install } from "./install.ts";
import { crdContract } from "./crds.ts";
import { exchangesContract } from "./exchanges.ts";
import { kubectlContract } from "./kubectl.ts";
import { leaseContract } from "./lease.ts";
import { publisherContract } from "./publisher.ts";
import { reflectorContract } from "./reflector.ts";
import { roundTripContract } from "./round-trip.ts";
import type { ContractServer } from "./servers/contract-server.ts";
import { statusContract } from "./status.ts";
import { type Subject, clientOf } from "./subject.ts";

/** What the daemons rely on in an API server, held against one that `start` starts. */
export function contract(name: string, start: () => Promise<ContractServer>): void {
  describe(name, () => {
    let server: ContractServer | undefined;
    let client: KubeClient | undefined;
    const subject: Subject = () => {
      if (server === undefined || client === undefined) throw new Error("the server is started by beforeAll");
      return { server, client };
    };
    beforeAll(async () => {
      server = await start();
      client = clientOf(server.url);
      await install(client);
    });
    afterAll(async () => {
      client?.close();
      await server?.close();
    });
    exchangesContract(subject);
    crdContract(subject);
    statusContract(subject);
    leaseContract(subject);
    roundTripContract(subject);
    publisherContract(subject);
    reflectorContract(subject);
    kubectlContract(subject);
  });
}
