import { header, policy } from '@router-mesh/contracts';
import { aTravel } from '@router-mesh/testing';
import { decodeTravel, encodeTravel, headers, type MsgHdrs } from '@router-mesh/wire';
import { expect, test } from 'vitest';
import { readEntryHeaders } from './entry-headers.ts';
import { entryHandBack, readStageVerb, stageHandBack } from './hand-back.ts';

function said(entries: Readonly<Record<string, string>>): MsgHdrs {
  const encoded = headers();
  for (const [name, value] of Object.entries(entries)) encoded.set(name, value);
  return encoded;
}

const subject = 'router.v2.request.chat.acme.web';

test('a request at a stage goes back with its whole travel, the mark, and no `Nats-` header', () => {
  const travel = aTravel({ attempt: 2, frames: true, leg: 3, trail: 'policy@p;1;2;3;ok', traceparent: 'tp' });
  const came = encodeTravel(travel);
  came.set('Nats-Trace-Dest', 'somewhere');
  came.set('Nats-Rollup', 'all');
  came.set(header.credit, '64');
  const back = stageHandBack(came);
  expect(decodeTravel(back)).toEqual({ ...travel, credit: 64 });
  expect([back.get(header.hop), back.get(header.credit)]).toEqual(['1', '64']);
  expect(back.keys().filter((name) => name.startsWith('Nats-'))).toEqual([]);
});

test('a request at the entry goes back with what its client may say there, its tenant and its return address', () => {
  const may = {
    'Router-Request': '01HZX3KQ5V9J8M2N4P6R7S8T9W',
    'Router-Timeout': '5000',
    'Router-Attempt': '2',
    'Router-Frames': '1',
    'Router-Credit': '64',
    traceparent: 'tp',
    tracestate: 'ts',
  };
  const came = said({
    ...may,
    'Router-Tenant': 'other',
    'Router-Reply': '$KV.x.y',
    'Router-Deadline': '1',
    'X-Any': '1',
  });
  const { stop, headers: back } = entryHandBack(policy.evaluate, subject, '_INBOX.a.1', came);
  expect(stop).toBe('policy.chat');
  expect(Object.fromEntries(back.keys().map((name) => [name, back.get(name)]))).toEqual({
    ...may,
    'Router-Tenant': 'acme.web',
    'Router-Reply': '_INBOX.a.1',
    'Router-Hop': '1',
  });
  expect(readEntryHeaders(back)).toEqual(readEntryHeaders(came));
});

test('a request that said nothing goes back with no more than where it came from', () => {
  const { headers: back } = entryHandBack(policy.evaluate, subject, '_INBOX.a.1', undefined);
  expect(back.keys().sort()).toEqual(['Router-Hop', 'Router-Reply', 'Router-Tenant']);
});

test('a subject that is none of the entry is refused instead of handed back', () => {
  const back = (bad: string) => () => entryHandBack(policy.evaluate, bad, '_INBOX.a.1', undefined);
  expect(back('router.v2.request.draw.acme')).toThrow(expect.objectContaining({ code: 'not_found' }));
  expect(back('router.v2.request.chat.Alice')).toThrow(expect.objectContaining({ code: 'invalid_request' }));
});

test.each([
  ['router.v2.stage.policy.chat', 'chat'],
  ['router.v2.stage.policy.embed', 'embed'],
  ['router.v2.stage.policy.draw', undefined],
  ['router.v2.stage.policy.', undefined],
  ['stored.chat', undefined],
])('the verb of %s is %s', (stage, verb) => {
  expect(readStageVerb('router.v2.stage.policy.*', stage)).toBe(verb);
});
