import { ruleText } from "./rule-text.ts";

/** Denied packets are copied to this NFLOG group, at most so many a second for each chain that denies. */
export const NFLOG_GROUP = 86;
const NFLOG_LIMIT = "-m limit --limit 10/second --limit-burst 20";

/** The rule before a DROP that lets it be seen. `cause` and the chain that drops are the copies' prefix: `SV cause chain`. */
export const seenRule = (cause: string, chain: string): string =>
  ruleText(
    `${NFLOG_LIMIT} -j NFLOG --nflog-group ${NFLOG_GROUP} --nflog-prefix "SV ${cause} ${chain}"`,
    "seen",
  );
