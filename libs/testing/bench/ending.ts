// Whoever ends the bench ends what it started.

const started = new Set<AsyncDisposable>();

/** Have something disposed of when this process is told to end; it may have been before. */
export function endsWithUs<Started extends AsyncDisposable>(one: Started): Started {
  if (started.size === 0)
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void endAll());
  started.add(one);
  return one;
}

async function endAll(): Promise<void> {
  await Promise.allSettled([...started].map(async (one) => await one[Symbol.asyncDispose]()));
  process.exit(1);
}
