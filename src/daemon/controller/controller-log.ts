import type { Logger } from "pino";
import type { ControllerObserver } from "./controller-observer.ts";

/** One line for what happened, none for a pass that found everything in its place. */
export const controllerLog = (log: Logger): ControllerObserver => ({
  compiled: ({ key, problems }) => {
    if (problems.length > 0)
      log.warn({ policy: key, problems }, "invalid policy: what is invalid allows nothing");
  },
  enforced: ({ key, nodes, milliseconds }) =>
    log.info({ policy: key, nodes, milliseconds: Math.round(milliseconds) }, "enforced"),
  passed: ({ policies, groups, written, failures, milliseconds }) => {
    const failed = failures.filter(({ isConflict }) => !isConflict);
    if (failed.length > 0) {
      const [first] = failed;
      log.error(
        { failed: failed.length, object: first?.object, err: first?.error },
        "could not publish all; tried again",
      );
    }
    if (written > 0)
      log.info({ policies, groups, written, milliseconds: Math.round(milliseconds) }, "published");
  },
  failed: (error) => log.error({ err: error }, "a pass failed; tried again"),
  leader: (identity, isSelf) =>
    log.info({ leader: identity }, isSelf ? "leading" : identity === "" ? "nobody leads" : "standing by"),
  interrupted: (trouble) => log.warn({ trouble }, "the API server cannot be followed"),
  recovered: (collection) => log.info({ collection }, "the API server is followed again"),
});
