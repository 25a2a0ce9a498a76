import { meterSubject } from '@router-mesh/contracts';
import { natsServer, until } from '@router-mesh/testing';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { FactGroups } from './fact-groups.ts';
import type { FactStore } from './fact-store.ts';
import { configure, factBench, numbers, stored, subject } from './facts.testing.ts';
import { Spool } from './spool.ts';

const late = (line: string): string => `${line}, late`;
const put = (facts: FactStore, line: string, to = subject) =>
  facts.storeLine(to, line, { messageId: `${to} ${line.slice(0, 20)}`, timeoutMs: 2000, late });
const linesOf = (messages: readonly string[]): string[] => messages.flatMap((message) => message.split('\n'));

test('facts that come faster than they are stored go in groups: each once, in their order, in far fewer messages', async () => {
  await using nats = await natsServer();
  const at = await factBench(nats);
  const facts = at.store('aaaaaaaaaa');
  const storing: Promise<unknown>[] = [];
  for (const [n, line] of numbers(2000).entries()) {
    storing.push(put(facts, line));
    if (n % 20 === 19) await turn();
  }
  expect(new Set(await Promise.all(storing))).toEqual(new Set(['stored']));
  const messages = await stored(at);
  expect(linesOf(messages)).toEqual(numbers(2000));
  expect(messages.length).toBeLessThanOrEqual(100);
  facts.close();
  await at.nc.close();
});

test('one that comes alone is published at the end of its turn, and goes alone', async () => {
  await using nats = await natsServer();
  const at = await factBench(nats);
  const facts = at.store('aaaaaaaaaa');
  for (const line of numbers(3)) {
    const before = at.nc.stats().outMsgs;
    const storing = put(facts, line);
    await turn();
    expect(at.nc.stats().outMsgs).toBe(before + 1);
    expect(await storing).toBe('stored');
  }
  expect(await stored(at)).toEqual(numbers(3));
  facts.close();
  await at.nc.close();
});

test('two are under way at a time, and what comes meanwhile is the next', async () => {
  const sent: { readonly payload: string; stored(): void }[] = [];
  const groups = new FactGroups(
    (_subject, payload) => new Promise((resolve) => sent.push({ payload, stored: () => resolve('stored') })),
  );
  const add = async (line: string): Promise<void> => {
    void groups.add(subject, line, { messageId: line, timeoutMs: 2000, late });
    await turn();
  };
  for (const line of numbers(4)) await add(line);
  expect(sent.map(({ payload }) => payload)).toEqual(numbers(2));
  sent[1]?.stored();
  await turn(); // that is known
  await turn(); // what was gathered is sent
  await add('fact 4');
  expect(sent.map(({ payload }) => payload)).toEqual([...numbers(2), 'fact 2\nfact 3']);
  sent[0]?.stored();
  await turn();
  await turn();
  expect(sent.map(({ payload }) => payload)).toEqual([...numbers(2), 'fact 2\nfact 3', 'fact 4']);
});

test('what waited for its group has so much less time to be stored', async () => {
  const sent: { readonly timeoutMs: number; stored(): void }[] = [];
  const groups = new FactGroups(
    (_subject, _payload, { timeoutMs }) =>
      new Promise((resolve) => sent.push({ timeoutMs, stored: () => resolve('stored') })),
  );
  const begunAt = performance.now();
  for (const line of numbers(3)) {
    void groups.add(subject, line, { messageId: line, timeoutMs: 2000, late });
    await turn();
  }
  await until('some time to pass', () => performance.now() - begunAt > 100);
  sent[0]?.stored();
  await until('the third to be sent', () => sent.length === 3);
  expect(sent[2]?.timeoutMs).toBeLessThan(1950);
  await until('its time to be over', () => performance.now() - begunAt > 300);
  void groups.add(subject, 'fact 3', { messageId: 'fact 3', timeoutMs: 100, late });
  await until('the fourth to be late', () => performance.now() - begunAt > 500);
  sent[1]?.stored();
  await until('the fourth to be sent', () => sent.length === 4);
  expect(sent[3]?.timeoutMs).toBe(0);
});

test('no message has facts of two tenants', async () => {
  await using nats = await natsServer();
  const at = await factBench(nats);
  const facts = at.store('aaaaaaaaaa');
  const tenants = ['acme', 'acme.web', 'bolt'];
  const storing = numbers(300).map((line, n) => put(facts, line, meterSubject(tenants[n % 3] ?? '')));
  await Promise.all(storing);
  for (const [n, tenant] of tenants.entries()) {
    const messages = await stored(at, meterSubject(tenant));
    expect(linesOf(messages)).toEqual(numbers(300).filter((_, index) => index % 3 === n));
    expect(messages).toHaveLength(1);
  }
  facts.close();
  await at.nc.close();
});

test('a group has its bounds: of facts, and of characters', async () => {
  await using nats = await natsServer();
  const at = await factBench(nats);
  const facts = at.store('aaaaaaaaaa');
  const large = 'x'.repeat(100 * 1024);
  const lines = [...numbers(1200), ...numbers(5, large), 'x'.repeat(500 * 1024), 'the last'];
  await Promise.all(lines.map((line) => put(facts, line)));
  const messages = await stored(at);
  expect(linesOf(messages)).toEqual(lines);
  const shapes = messages.map((message) => [message.split('\n').length, message.length <= 256 * 1024]);
  // The third group takes what is left of the small ones and two of the large.
  expect(shapes).toEqual([
    [500, true],
    [500, true],
    [202, true],
    [2, true],
    [1, true],
    [1, false],
    [1, true],
  ]);
  facts.close();
  await at.nc.close();
});

test('when the server goes away in mid-group everybody in it waits on disk, and each fact is stored once when it is back', async () => {
  await using nats = await natsServer();
  const at = await factBench(nats);
  const facts = at.store('aaaaaaaaaa');
  const storing: Promise<unknown>[] = [];
  for (const [n, line] of numbers(300).entries()) {
    if (n === 100) {
      await Promise.all(storing);
      nats.pause(); // what is under way from here on is not acknowledged
    }
    storing.push(put(facts, line));
    if (n % 10 === 9) await turn();
  }
  await nats.stop('SIGKILL');
  const outcomes = await Promise.all(storing);
  expect(new Set(outcomes)).toEqual(new Set(['stored', 'waiting']));
  expect(facts.spool?.records).toBe(outcomes.filter((outcome) => outcome === 'waiting').length);
  await nats.restart();
  await until('all are stored', () => facts.spool?.records === 0);
  const lines = linesOf(await stored(at));
  expect(lines.map((line) => line.replace(', late', '')).sort()).toEqual(numbers(300).sort());
  expect(lines.filter((line) => line.endsWith(', late')).length).toBeLessThanOrEqual(200);
  facts.close();
  await at.nc.close();
});

test('a group that was stored, though nobody knows, is not stored again', async () => {
  await using nats = await natsServer();
  const at = await factBench(nats);
  const facts = at.store('aaaaaaaaaa');
  await Promise.all(numbers(3).map((line) => put(facts, line)));
  const left = Spool.open(join(at.path, 'bbbbbbbbbb'));
  left.add({ subject, messageId: `${subject} fact 0`, payload: numbers(3, ', late').join('\n') });
  left.close();
  await until('it was sent again', () => !readdirSync(at.path).includes('bbbbbbbbbb'));
  expect(linesOf(await stored(at))).toEqual(numbers(3));
  facts.close();
  await at.nc.close();
});

test('a group that is refused for good is taken apart: the one that is to blame goes into the log, the others are stored', async () => {
  await using nats = await natsServer();
  const at = await factBench(nats);
  const facts = at.store('aaaaaaaaaa');
  await configure(at, { max_msg_size: 1000 });
  const large = 'x'.repeat(2000);
  const lines = [...numbers(2), large, 'the last'];
  expect(await Promise.all(lines.map((line) => put(facts, line)))).toEqual(lines.map(() => 'waiting'));
  expect(facts.spool?.records).toBe(4);
  await until('the spool is empty', () => facts.spool?.records === 0);
  expect(await stored(at)).toEqual([...numbers(2, ', late'), 'the last, late']);
  const refused = at.log.filter((line) => line.includes('refused for good'));
  expect(refused).toEqual([expect.stringContaining(large)]);
  facts.close();
  await at.nc.close();
});

test('what is under way and what is gathered when the process has to go waits on disk, and the next instance stores it', async () => {
  await using nats = await natsServer();
  const at = await factBench(nats);
  const facts = at.store('aaaaaaaaaa');
  void put(facts, 'fact 0');
  await turn(); // it is under way, and nothing was read from the socket since
  for (const line of numbers(6).slice(1)) void put(facts, line);
  facts.close();
  const left = Spool.adopt(join(at.path, 'aaaaaaaaaa'));
  expect(left?.records).toBe(6);
  left?.close();
  const next = at.store('bbbbbbbbbb');
  await until('the folder of the other is gone', () => !readdirSync(at.path).includes('aaaaaaaaaa'));
  const lines = linesOf(await stored(at));
  expect(lines.map((line) => line.replace(', late', ''))).toEqual(numbers(6));
  next.close();
  await at.nc.close();
});
