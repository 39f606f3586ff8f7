import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";

/**
 * Passes a request on by another that has been begun for it, and the answer back, both as they come. What one side cuts is cut
 * on the other, so that nobody takes half an answer for a whole one.
 */
export function passOn(request: IncomingMessage, response: ServerResponse, onward: ClientRequest): void {
  onward.on("error", () => response.destroy());
  onward.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    answer.pipe(response);
    answer.on("error", () => response.destroy());
  });
  response.once("close", () => onward.destroy());
  request.pipe(onward);
}
