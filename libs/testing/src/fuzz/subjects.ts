// Subjects that a permission allows, most of them right and some of them strange; and replies that nobody should be answered at.
import { verbs } from '@router-mesh/contracts';
import type { Random } from './random.ts';

/** What stands where a permission has a wildcard. */
const plausible: readonly (readonly [prefix: string, tokens: readonly string[]])[] = [
  ['router.v2.request.', verbs],
  ['router.v2.stage.policy.', verbs],
  ['router.v2.stage.provider.', ['demo']],
  ['router.v2.health.', ['demo']],
  ['router.v2.control.', ['policy', 'provider']],
  ['router.v2.policy.', ['list', 'get']],
  ['router.v2.provider.', ['list', 'get', 'put']],
];

const tenants: readonly string[] = ['acme', 'demo', 'acme.web', 'acme.web.one.two', 'platform'];

const strange: readonly string[] = [
  'Acme',
  'a'.repeat(63),
  'a'.repeat(64),
  'a'.repeat(600),
  '*',
  '>',
  '$JS',
  '_INBOX',
  '-',
  '__proto__',
  'constructor',
  'ä',
  '💥',
  '%2e',
  '"',
  '\\',
  'a,b',
  'a;b',
  'a=b',
];

const replies: readonly string[] = [
  '',
  '_INBOX',
  '_INBOX.>',
  '_INBOX.*',
  '_INBOX..x',
  `_INBOX.${'x'.repeat(1000)}`,
  '_R_.x',
  '_R_.x.y',
  '_SVC.policy.x',
  '_SVC.provider.x',
  '_SVC.extension.x',
  '$JS.API.STREAM.DELETE.ROUTER_V2_METER',
  '$JS.API.STREAM.PURGE.KV_router_v2_providers',
  '$KV.router_v2_providers.demo',
  '$SRV.PING',
  'router.v2.request.chat.acme',
  'router.v2.stage.provider.demo',
  'router.v2.meter.acme',
  'router.v2.holder',
  'x',
];

/** @param pattern as a permission says it: `router.v2.request.*.>` */
export function hostileSubject(random: Random, pattern: string): string {
  const [, first = ['a', 'b']] = plausible.find(([prefix]) => pattern.startsWith(prefix)) ?? [];
  const tokens = pattern.split('.').map((token) => {
    if (token === '>')
      return random.chance(0.8) ? random.pick(tenants) : random.pick([...strange, 'a.b.c.d.e.f.g', 'a..b']);
    if (token === '*') return random.chance(0.85) ? random.pick(first) : random.pick(strange);
    return token;
  });
  return tokens.join('.');
}

export function hostileReply(random: Random): string {
  return random.pick(replies);
}

/** Whether NATS delivers a subject as it is: no empty tokens, no wildcards. */
export function isLiteral(subject: string): boolean {
  return subject.split('.').every((token) => token !== '' && token !== '*' && token !== '>');
}
