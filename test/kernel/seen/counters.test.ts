import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { policyCounters } from "../../../src/kernel/counters/policy-counters.ts";
import { readCounted } from "../../../src/kernel/counters/read-counted.ts";
import { backends } from "../backends.ts";
import type { Wire } from "../oracle/wire.ts";
import { describeKernel } from "../support.ts";
import { ends, seenWire, times, udp } from "./rig.ts";

describeKernel("the kernel's counters", () => {
  describe.each(backends)("$name", ({ backend }) => {
    let wire: Wire;
    beforeAll(async () => {
      wire = await seenWire(backend);
    });
    afterAll(() => wire.close());

    /** Packets by what they were counted for. */
    const counts = async (): Promise<Record<string, number>> => {
      const { IPv4, IPv6 } = await readCounted(wire.exec, backend);
      const { rules, denied } = policyCounters([...IPv4, ...IPv6]);
      return Object.fromEntries([
        ...rules.map(({ rule, packets }): [string, number] => [`${rule.policy}[${rule.index}]`, packets]),
        ...denied.map(({ policy, packets }): [string, number] => [policy, packets]),
      ]);
    };

    test("are of exactly the packets that were sent, in both families, and reading leaves them", async () => {
      expect(await counts()).toEqual({
        "shop/web[0]": 0,
        "shop/web[1]": 0,
        "shop/web": 0,
        "shop/default-deny": 0,
      });
      for (const { web, client, stranger } of ends) {
        await wire.send([
          ...times(3, udp(client, web, 53)),
          ...times(2, udp(stranger, web, 99)),
          ...times(40, udp(stranger, web, 53)),
        ]);
      }
      // More than NFLOG's limit lets be copied: the log is a sample, these are not.
      const sent = { "shop/web[0]": 6, "shop/web[1]": 4, "shop/web": 80, "shop/default-deny": 80 };
      expect(await counts()).toEqual(sent);
      expect(await counts()).toEqual(sent);
    });
  });
});
