import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { labNames, teardown } from "../../../src/lab/teardown.ts";
import { expectAsTheProgramSays, measureFixture } from "./fixture-matrix.ts";
import { describeReal } from "./servers.ts";

const cases = [
  { fixture: "tenants", backend: "nft" },
  { fixture: "ports", backend: "legacy" },
] as const;

for (const { fixture, backend } of cases)
  describeReal(`fixtures/${fixture} with controllers and iptables-${backend}`, () => {
    const name = `real${fixture}`;
    const manifests = fileURLToPath(new URL(`../../../fixtures/${fixture}`, import.meta.url));
    afterAll(() => teardown(name));

    it("is open before, and after as the program says; its teardown leaves nothing", async () => {
      expectAsTheProgramSays(await measureFixture({ name, manifests, backend, apiServer: "real" }));
      await teardown(name);
      expect(labNames()).not.toContain(name);
      expect(await teardown(name)).toEqual({ processes: 0, namespaces: 0 });
    });
  });
