/** Tells each observer in order. One that fails keeps nobody else from being told, and stops nothing. */
export function tellEach<T>(
  observers: readonly T[],
  onFault: (error: unknown) => void,
): (tell: (observer: T) => void) => void {
  return (tell) => {
    for (const observer of observers) {
      try {
        tell(observer);
      } catch (error) {
        onFault(error);
      }
    }
  };
}
