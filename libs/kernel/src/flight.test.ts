import { expect, test } from 'vitest';
import { Flight } from './flight.ts';

test('nothing under way has landed', async () => {
  await expect(new Flight().landed(0)).resolves.toBe(true);
});

test('it has landed when the last has', async () => {
  const flight = new Flight();
  flight.begin();
  flight.begin();
  let landed = false;
  const waiting = flight.landed(60_000).then((inTime) => (landed = inTime));
  flight.end();
  await Promise.resolve();
  expect([flight.count, landed]).toEqual([1, false]);
  flight.end();
  await waiting;
  expect([flight.count, landed]).toEqual([0, true]);
});

test('what does not land in time is told, and may still land', async () => {
  const flight = new Flight();
  flight.begin();
  await expect(flight.landed(1)).resolves.toBe(false);
  flight.end();
  await expect(flight.landed(1)).resolves.toBe(true);
});

test('a very long time is a long time: timers of more than 24 days fire at once', async () => {
  const flight = new Flight();
  flight.begin();
  const waiting = flight.landed(1e12);
  await expect(Promise.race([waiting, flight.landed(20).then(() => 'still waiting')])).resolves.toBe('still waiting');
  flight.end();
  await expect(waiting).resolves.toBe(true);
});
