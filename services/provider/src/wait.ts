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

/** What comes of some work. @throws the signal's reason, as soon as it aborts; the work is left to itself then */
export async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const aborted = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', aborted);
  try {
    if (signal.aborted) aborted();
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', aborted);
  }
}
