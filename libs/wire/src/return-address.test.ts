import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crossedAccount, isReturnAddress, isServiceInbox, type ReturnRules } from './return-address.ts';

const entry: ReturnRules = { behindEntry: false };
const stage: ReturnRules = { behindEntry: true };
const own: ReturnRules = { behindEntry: false, inboxOf: 'acme' };

const table: readonly [address: string | undefined, rules: ReturnRules, allowed: boolean][] = [
  ['_INBOX.abc', entry, true],
  ['_INBOX.abc.1', entry, true],
  ['_R_.x7y8z9', entry, true],
  ['_R_.x7y8z9.1', own, true],
  ['_INBOX.acme.abc', own, true],
  ['_INBOX.acme', own, false],
  ['_INBOX.other.abc', own, false],
  ['_INBOX.acmes.abc', own, false],
  ['_SVC.extension.abc', stage, true],
  ['_SVC.extension.abc', entry, false],
  ['_SVC.extension', stage, false],
  ['_SVC.policy.abc', stage, false],
  ['_SVC.provider.abc', entry, false],
  [undefined, entry, false],
  ['', entry, false],
  ['_INBOX', entry, false],
  ['_INBOX.', entry, false],
  ['_INBOX..a', entry, false],
  ['_INBOX.a.', entry, false],
  ['._INBOX.a', entry, false],
  ['_INBOX.*', entry, false],
  ['_INBOX.a.>', entry, false],
  ['_INBOX.a*', entry, false],
  ['_INBOX.a b', entry, false],
  ['_INBOX.a\tb', entry, false],
  ['_INBOX.a\r\nPUB x 0', entry, false],
  ['_INBOX.a\u0000', entry, false],
  ['_INBOX.a\u00a0b', entry, false],
  ['_inbox.a', entry, false],
  ['_INBOXES.a', entry, false],
  [`_INBOX.${'a'.repeat(300)}`, entry, false],
  ['$JS.API.STREAM.DELETE.ROUTER_V2_METER', entry, false],
  ['$JS.API.STREAM.DELETE.ROUTER_V2_METER', stage, false],
  ['$KV.router_v2_providers.demo', stage, false],
  ['router.v2.stage.provider.demo', stage, false],
  ['router.v2.meter.acme', entry, false],
  ['router.v2.event.policy.x.acme', entry, false],
  ['$SRV.PING', entry, false],
  ['x', entry, false],
];

test.each(table)('%s with %o: %s', (address, rules, allowed) => {
  expect(isReturnAddress(address, rules)).toBe(allowed);
});

const rulesArbitrary = fc.record({
  behindEntry: fc.boolean(),
  inboxOf: fc.option(fc.constantFrom('acme', 'a', '>', '*'), { nil: undefined }),
});
// Addresses that come near to allowed ones, and any text.
const pieces = fc.constantFrom(
  '_INBOX',
  '_R_',
  '_SVC',
  'extension',
  'policy',
  '$JS',
  'API',
  '$KV',
  'router',
  'v2',
  '>',
  '*',
  '',
  ' ',
  'acme',
  '\n',
  'a',
);
const addressArbitrary = fc.oneof(
  fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join('.')),
  fc.string({ unit: 'binary' }),
  fc.string().map((tail) => `_INBOX.${tail}`),
);

test('no accepted address has a wildcard, white space or the prefix of a subject of ours', () => {
  fc.assert(
    fc.property(addressArbitrary, rulesArbitrary, (address, rules) => {
      fc.pre(isReturnAddress(address, rules));
      expect(address).not.toMatch(/[\s*>\x00-\x1f]/);
      expect(address).not.toMatch(/^(\$|router\.|_SVC\.(?!extension\.))/);
      expect(address.split('.').length).toBeGreaterThan(1);
      expect(address.split('.')).not.toContain('');
    }),
    { numRuns: 5000 },
  );
});

test('an address behind an account is known by its prefix', () => {
  expect(crossedAccount('_R_.abc')).toBe(true);
  expect(crossedAccount('_INBOX._R_.abc')).toBe(false);
});

test("a service answers its own kind at its own kind's inboxes, and nobody else's", () => {
  for (const address of ['_SVC.provider.a', '_SVC.provider.a.1'])
    expect(isServiceInbox(address, 'provider')).toBe(true);
  const others = [
    '_SVC.policy.a',
    '_SVC.provider',
    '_SVC.provider.',
    '_SVC.providers.a',
    '_INBOX.a',
    '_R_.a',
    'router.v2.stage.cost',
  ];
  for (const address of [
    undefined,
    '',
    '_SVC.provider.>',
    '_SVC.provider.*',
    '_SVC.provider. a',
    `_SVC.provider.${'a'.repeat(256)}`,
    ...others,
  ])
    expect(isServiceInbox(address, 'provider')).toBe(false);
});
