import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { request } from "node:http";
import { inHome } from "../rig/home.ts";
import { kubectlWords } from "../rig/kubectl.ts";
import { until } from "../rig/until.ts";

/** The API server by way of `kubectl proxy`, on a socket: a request takes milliseconds, a kubectl of its own half a second. */
export interface ApiSocket {
  readonly call: (method: string, path: string, body?: object) => Promise<unknown>;
  readonly stop: () => void;
}

export async function openApiSocket(): Promise<ApiSocket> {
  const socketPath = inHome("api.sock");
  await rm(socketPath, { force: true });
  const [command = "", ...words] = kubectlWords;
  const proxy = spawn(command, [...words, "proxy", `--unix-socket=${socketPath}`, "--reject-methods=^$"], {
    stdio: "ignore",
  });
  await until("kubectl proxy listens", async () => existsSync(socketPath) || undefined);
  const call = (method: string, path: string, body?: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const asked = request(
        { socketPath, method, path, headers: { "Content-Type": "application/json" } },
        (answer) => {
          let text = "";
          answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
          answer.on("end", () => {
            if ((answer.statusCode ?? 500) < 300) resolve(JSON.parse(text));
            else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
          });
        },
      );
      asked.once("error", reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  return { call, stop: () => void proxy.kill() };
}
