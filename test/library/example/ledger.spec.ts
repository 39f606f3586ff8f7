import * as fc from "fast-check";
import { isNoTraffic, loadCluster, reach } from "selvedge";
import { it } from "vitest";

const { parties, party, program } = await loadCluster(["manifests"]);
const outside = parties.filter(({ name }) => !name.startsWith("payments/"));
const anyone = fc.oneof(fc.constantFrom(...outside), fc.ipV4().map(party), fc.ipV6().map(party));

it("nothing outside payments reaches the ledger on any port", () => {
  fc.assert(
    fc.property(anyone, (from) => isNoTraffic(reach(program, from, party("payments/ledger")).possible)),
  );
});
