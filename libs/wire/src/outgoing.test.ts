import { natsServer, until } from '@router-mesh/testing';
import { headers, InvalidArgumentError, InvalidSubjectError, type Msg } from '@nats-io/nats-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listen } from './listen.ts';
import { send, type Message } from './outgoing.ts';

const word = fc.stringMatching(/^[a-zäß漢]{1,12}$/);
const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const message: fc.Arbitrary<Message> = fc.record({
  subject: word.map((word) => `in.${word}`),
  reply: fc.option(
    word.map((word) => `out.${word}`),
    { nil: undefined },
  ),
  headers: fc.option(
    fc
      .dictionary(
        fc.stringMatching(/^[!-9;-~]{1,9}$/),
        text.map((text) => text.replace(/[\r\n]/g, '')),
      )
      .map((entries) => {
        const encoded = headers();
        for (const [name, value] of Object.entries(entries)) encoded.set(name, value);
        return encoded;
      }),
    { nil: undefined },
  ),
  payload: fc.option(fc.oneof(text, fc.uint8Array({ maxLength: 100 }), fc.constant('x'.repeat(100_000))), {
    nil: undefined,
  }),
});

function seen({ subject, reply, headers, data }: Msg): unknown {
  return [subject, reply, [...(headers ?? [])], Buffer.from(data).toString('hex')];
}

test('any message arrives as when the client library publishes it, in order with what that says, and is counted as its own', async () => {
  await using nats = await natsServer();
  const [nc, theirs] = [await nats.connect('root'), await nats.connect('root')];
  const [ours, byLibrary]: [unknown[], unknown[]] = [[], []];
  listen(nc, 'in.>', (message) => ours.push(seen(message)));
  listen(theirs, 'in.>', (message) => byLibrary.push(seen(message)));
  await Promise.all([nc.flush(), theirs.flush()]);
  // Each hears both connections: what the other published arrives in its own order, twice the same.
  const messages = fc.sample(message, 300);
  for (const message of messages) send(nc, message);
  await nc.flush();
  await until('ours', () => ours.length === 300 && byLibrary.length === 300);
  const sent = ours.splice(0);
  for (const { subject, payload, reply, headers } of messages)
    theirs.publish(subject, payload, {
      ...(reply === undefined ? {} : { reply }),
      ...(headers === undefined ? {} : { headers: headers as never }),
    });
  await until('theirs', () => ours.length === 300);
  expect(sent).toEqual(ours);
  expect([nc.stats().outMsgs, nc.stats().outBytes]).toEqual([theirs.stats().outMsgs, theirs.stats().outBytes]);
  await Promise.all([nc.close(), theirs.close()]);
});

test('what this and the client library say in turns arrives in turns, a subscription before what answers it', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  const heard: string[] = [];
  listen(nc, 'turns', (message) => heard.push(message.string()));
  for (let n = 0; n < 1000; n += 2) {
    send(nc, { subject: 'turns', payload: String(n) });
    nc.publish('turns', String(n + 1));
  }
  await until('all', () => heard.length === 1000);
  expect(heard).toEqual(Array.from({ length: 1000 }, (_, n) => String(n)));
  await nc.close();
});

test.each(['', 'a b', 'a\r\nPUB b 0', 'a\tb', 'a\n'])('the subject %j is refused, as a reply too', async (bad) => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  expect(() => send(nc, { subject: bad })).toThrow(InvalidSubjectError);
  expect(() => send(nc, { subject: 'a', reply: bad })).toThrow(InvalidSubjectError);
  await nc.close();
});

test('a letter whose code ends in that of a line feed ends no line', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  const heard: string[] = [];
  listen(nc, '>', ({ subject }) => heard.push(subject));
  send(nc, { subject: 'a.\u010aPUB\u0120b\u01200', headers: `NATS/1.0\r\na: \u010a\r\n\r\n`, payload: '\u010a' });
  await until('it', () => heard.length === 1);
  expect(heard).toEqual(['a.\u010aPUB\u0120b\u01200']);
  await nc.close();
});

test('what the server would not carry throws, headers counted, and what it just carries arrives', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  const sizes: number[] = [];
  listen(nc, 'big', ({ data }) => sizes.push(data.length));
  const most = nc.info?.max_payload ?? 0;
  const block = 'NATS/1.0\r\na: b\r\n\r\n';
  expect(() => send(nc, { subject: 'big', payload: new Uint8Array(most + 1) })).toThrow(InvalidArgumentError);
  expect(() => send(nc, { subject: 'big', headers: block, payload: new Uint8Array(most) })).toThrow(/max_payload/);
  send(nc, { subject: 'big', headers: block, payload: new Uint8Array(most - block.length) });
  await until('it', () => sizes.length === 1);
  expect(sizes).toEqual([most - block.length]);
  await nc.close();
});
