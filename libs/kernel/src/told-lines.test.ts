import { meterSubject } from '@router-mesh/contracts';
import { natsServer } from '@router-mesh/testing';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { factBench, numbers, stored } from './facts.testing.ts';
import { ToldLines } from './told-lines.ts';

const silent = pino({ level: 'silent' });

test('what is told at once goes in one message a subject, in its order, and before the turn is over', async () => {
  await using nats = await natsServer();
  const at = await factBench(nats);
  const told = new ToldLines(at.nc, silent);
  const before = at.nc.stats().outMsgs;
  for (const line of numbers(10)) {
    void told.tell(meterSubject('acme'), line);
    void told.tell(meterSubject('bolt'), line);
  }
  await Promise.resolve();
  expect(at.nc.stats().outMsgs).toBe(before + 2);
  void told.tell(meterSubject('acme'), 'later');
  await at.nc.flush();
  expect(await stored(at, meterSubject('acme'))).toEqual([numbers(10).join('\n'), 'later']);
  expect(await stored(at, meterSubject('bolt'))).toEqual([numbers(10).join('\n')]);
  await at.nc.close();
});

test('a message has its bound, and a fact that the server would not carry takes no other with it', async () => {
  await using nats = await natsServer();
  const at = await factBench(nats);
  const log: string[] = [];
  const told = new ToldLines(at.nc, pino({}, { write: (line: string) => void log.push(line) }));
  const lines = [...numbers(3, 'x'.repeat(100 * 1024)), 'y'.repeat(9 * 1024 * 1024), 'the last'];
  for (const line of lines) void told.tell(meterSubject('acme'), line);
  await at.nc.flush();
  const [first, second, third] = lines;
  expect(await stored(at)).toEqual([[first, second].join('\n'), third, 'the last']);
  expect(log).toEqual([expect.stringContaining('could not be told')]);
  await at.nc.close();
});
