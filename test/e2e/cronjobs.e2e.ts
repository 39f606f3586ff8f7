import { beforeAll, describe, expect, it } from "vitest";
import { kubectl } from "../cluster/rig/kubectl.ts";
import { until } from "../cluster/rig/until.ts";
import { apply, get } from "./support/api.ts";
import { closes } from "./support/connects.ts";
import { useNamespace } from "./support/namespace.ts";
import { PORT, serverContainer } from "./support/pod.ts";
import { policy } from "./support/policy.ts";
import { type ThreePods, threePods } from "./support/three-pods.ts";

interface JobObject {
  readonly metadata: { readonly name: string };
}

/** At its first instant a pod knocks where it may not, then where it may, and then again where it may not. */
const script = (closed: string, friendly: string): string => `
knock() { /agnhost connect --timeout=150ms ${closed} 2>/dev/null && echo leaked; }
knock
until /agnhost connect --timeout=200ms ${friendly} 2>/dev/null; do knock; done
for i in 1 2 3 4 5; do knock; done
echo done`;

describe("CronJobs", () => {
  const namespace = useNamespace("e2e-cronjobs");
  let pods: ThreePods;

  beforeAll(async () => {
    pods = await threePods(namespace);
    const { foe, server } = pods;
    const container = {
      ...serverContainer,
      command: ["sh", "-c", script(`${foe.ip}:${PORT}`, `${server.ip}:${PORT}`)],
      args: [],
    };
    await apply({
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { namespace, name: "tick" },
      spec: {
        schedule: "* * * * *",
        suspend: true,
        jobTemplate: {
          spec: {
            backoffLimit: 0,
            template: {
              metadata: { labels: { role: "friend", cron: "tick" } },
              spec: { restartPolicy: "Never", containers: [container] },
            },
          },
        },
      },
    });
  });

  const logOf = async (job: string): Promise<string> => {
    await kubectl(["wait", "-n", namespace, "--for=condition=complete", `job/${job}`, "--timeout=120s"]);
    return kubectl(["logs", "-n", namespace, `job/${job}`]);
  };

  it("reach what no policy keeps from them", async () => {
    await kubectl(["create", "job", "by-hand", "--from=cronjob/tick", "-n", namespace]);
    expect(await logOf("by-hand")).toContain("leaked");
  });

  it("have their pods under policy from the first packet", async () => {
    await apply(
      policy(namespace, "cron-to-server", {
        podSelector: { matchLabels: { cron: "tick" } },
        policyTypes: ["Egress"],
        egress: [{ to: [{ podSelector: { matchLabels: { role: "server" } } }] }],
      }),
    );
    // Another that it selects shows that the policy holds.
    await kubectl(["label", "pod", "friend", "-n", namespace, "cron=tick"]);
    await closes(pods.friend.netnsPath, pods.foe.ip);
    await kubectl(["patch", "cronjob", "tick", "-n", namespace, "-p", '{"spec":{"suspend":false}}']);
    const job = await until(
      "the CronJob has made a Job",
      async () => {
        const { items } = await get<{ items: JobObject[] }>("jobs", "-n", namespace);
        return items.find(({ metadata }) => metadata.name.startsWith("tick-"))?.metadata.name;
      },
      90,
    );
    const log = await logOf(job);
    expect(log).toContain("done");
    expect(log).not.toContain("leaked");
  });
});
