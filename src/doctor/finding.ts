/** What one check found. What is not well comes with a mend, in one sentence. */
export type Finding =
  | { readonly check: string; readonly status: "ok"; readonly message: string }
  | {
      readonly check: string;
      /** `warn`: it works, but not as it should. `fail`: policies are not enforced as they say. `unknown`: could not look. */
      readonly status: Ailment;
      readonly message: string;
      readonly mend: string;
    };

export type Ailment = "warn" | "fail" | "unknown";

export const ok = (check: string, message: string): Finding => ({ check, status: "ok", message });

/** The node as a whole: something is wrong; else something could not be looked at; else all is well. */
export function verdictOf(findings: readonly Finding[]): "ok" | "fail" | "unknown" {
  const has = (wanted: Finding["status"]): boolean => findings.some(({ status }) => status === wanted);
  if (has("fail")) return "fail";
  return has("unknown") ? "unknown" : "ok";
}
