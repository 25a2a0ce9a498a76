import { expect, test } from 'vitest';
import { unlessAborted, wait } from './wait.ts';

test('a wait ends by itself, or at once with the reason of its signal', async () => {
  const abort = new AbortController();
  await wait(1, abort.signal);
  const reason = new Error('the reason');
  const waiting = wait(60_000, abort.signal);
  abort.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(wait(60_000, abort.signal)).rejects.toBe(reason);
});

test('work is waited for until its signal aborts', async () => {
  const abort = new AbortController();
  expect(await unlessAborted(Promise.resolve(7), abort.signal)).toBe(7);
  const reason = new Error('the reason');
  const waiting = unlessAborted(new Promise(() => undefined), abort.signal);
  abort.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(unlessAborted(new Promise(() => undefined), abort.signal)).rejects.toBe(reason);
});
