/** What answers at an enforcer's health port. */
export type EnforcerAnswer =
  | { readonly kind: "answered"; readonly status: number; readonly body: string }
  | { readonly kind: "silent"; readonly why: string };

const PATIENCE_MS = 2000;
const LONGEST_BODY = 2000;

/** Asks `/readyz` on loopback. Whoever answers, it is taken for the enforcer: the port is its own. */
export async function askEnforcer(port: number): Promise<EnforcerAnswer> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const body = (await response.text()).trim().slice(0, LONGEST_BODY);
    return { kind: "answered", status: response.status, body };
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return { kind: "silent", why: cause instanceof Error ? cause.message : String(cause) };
  }
}
