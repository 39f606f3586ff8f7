import * as fc from "fast-check";
import { isNoTraffic, loadCluster, reach } from "selvedge";
import { it } from "vitest";

const { outside, parties, party, program } = await loadCluster(["manifests"]);
const others = parties.filter(({ name }) => !name.startsWith("payments/"));

it("nothing outside payments reaches the ledger on any port", () => {
  const anyone = fc.constantFrom(...others, ...outside);
  fc.assert(
    fc.property(anyone, (from) => isNoTraffic(reach(program, from, party("payments/ledger")).possible)),
  );
});
