// Waiting that a signal ends.

/** Resolves after so long. @throws the signal's reason, as soon as it aborts */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
  const waited = Promise.withResolvers<void>();
  const aborted = (): void => waited.reject(signal.reason as Error);
  const timer = setTimeout(waited.resolve, ms);
  signal.addEventListener('abort', aborted);
  try {
    if (signal.aborted) aborted();
    await waited.promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', aborted);
  }
}
