import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verbs } from './chat.ts';
import { services } from './define.ts';
import { policy } from './policy.ts';
import { provider } from './provider.ts';
import { extensionStop } from './stops.ts';
import {
  cancelSubject,
  controlSubject,
  eventSubject,
  meterSubject,
  parseRequestSubject,
  requestSubject,
  reservedWords,
  rpcSubject,
  serviceInbox,
  stageSubject,
  stopQueue,
  stopSubject,
  tailTenant,
} from './subjects.ts';

describe('the subject of a request', () => {
  const path = fc
    .array(fc.stringMatching(/^[a-z0-9_-]{1,63}$/), { minLength: 1, maxLength: 4 })
    .map((tokens) => tokens.join('.'));

  test('is read as it was built', () => {
    fc.assert(
      fc.property(fc.constantFrom(...verbs), path, (verb, tenant) => {
        expect(parseRequestSubject(requestSubject(verb, tenant))).toEqual({ verb, tenant });
      }),
    );
  });

  test.each([
    ['router.v2.request.sing.acme', 'not_found'],
    ['router.v2.request.chat', 'invalid_request'],
    ['router.v2.request.chat.Acme', 'invalid_request'],
    ['router.v2.request.chat.a.b.c.d.e', 'invalid_request'],
    ['router.v2.request.chat.a..b', 'invalid_request'],
  ])('%s is refused as %s', (subject, code) => {
    expect(() => parseRequestSubject(subject)).toThrow(expect.objectContaining({ code, param: 'subject' }));
  });
});

test('every subject as it stands on the wire', () => {
  expect([
    rpcSubject(policy.list, 'acme.web'),
    rpcSubject(provider.put, 'platform'),
    controlSubject('policy', 'c1', 't1'),
    cancelSubject('acme'),
    meterSubject('acme.web'),
    eventSubject({ entity: 'policy', verb: 'document_refused' }, 'platform'),
    serviceInbox('policy'),
    stageSubject('provider.openai'),
  ]).toEqual([
    'router.v2.policy.list.acme.web',
    'router.v2.provider.put.platform',
    'router.v2.control.policy.c1.t1',
    'router.v2.cancel.acme',
    'router.v2.meter.acme.web',
    'router.v2.event.policy.document_refused.platform',
    '_SVC.policy',
    'router.v2.stage.provider.openai',
  ]);
});

test('a family has a subject and a queue group for each member, a single stop one of its own', () => {
  expect([stopSubject(provider.call, 'demo'), stopQueue(provider.call, 'demo')]).toEqual([
    'router.v2.stage.provider.demo',
    'provider-demo',
  ]);
  expect(stopSubject(provider.call)).toBe('router.v2.stage.provider.*');
  expect([stopSubject(extensionStop), stopQueue(extensionStop)]).toEqual(['router.v2.stage.extension', 'extension']);
});

test.each(['Cost', 'provider.', 'provider.*', '>', '', 'a b'])(
  '"%s" is no stop, so an itinerary never holds a subject',
  (name) => {
    expect(() => stageSubject(name)).toThrow('is no stop');
  },
);

test('the tail of a subject is checked wherever it is read', () => {
  expect(tailTenant('router.v2.policy.list.acme.web'.split('.'), 4)).toBe('acme.web');
  expect(() => tailTenant('router.v2.policy.list.Acme'.split('.'), 4)).toThrow('tenant path "Acme"');
});

test('no service has a reserved word as its name', () => {
  expect(services.filter((service) => reservedWords.includes(service))).toEqual([]);
});
