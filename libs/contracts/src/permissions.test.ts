import { describe, expect, test } from 'vitest';
import { services, type BucketContract } from './define.ts';
import cases from './permissions.cases.json' with { type: 'json' };
import {
  formatPermissions,
  localPermissions,
  operatorPermissions,
  servicePermissions,
  tenantPermissions,
  type Permissions,
} from './permissions.ts';
import { meter } from './provider.ts';
import { contracts } from './registry.ts';
import { reservedWords } from './subjects.ts';

const inside: Readonly<Record<string, Permissions>> = Object.fromEntries(
  services.map((service) => [service, servicePermissions(service)]),
);
const outside: Readonly<Record<string, Permissions>> = {
  operator: operatorPermissions(),
  local: localPermissions,
  acme: tenantPermissions('acme', { ownInbox: false }),
  'acme.web, own inbox': tenantPermissions('acme.web', { ownInbox: true }),
};
const everybody = { ...inside, ...outside };

test.each(Object.entries(everybody))(
  'the rights of %s are exactly those of the table',
  (user, { publish, subscribe }) => {
    expect({ publish: publish.toSorted(), subscribe: subscribe.toSorted() }).toEqual(cases[user as keyof typeof cases]);
  },
);

describe.each(Object.entries(everybody))('%s', (_, { publish, subscribe }) => {
  test('has no empty half, which would allow everything', () => {
    expect(publish.length).toBeGreaterThan(0);
    expect(subscribe.length).toBeGreaterThan(0);
  });

  test('may delete, purge or empty no stream, and not take one over from a snapshot', () => {
    const dangers = ['DELETE', 'PURGE', 'MSG.DELETE', 'RESTORE', 'SNAPSHOT', 'LEADER.STEPDOWN', 'PEER.REMOVE'].map(
      (verb) => `$JS.API.STREAM.${verb}.ROUTER_V2_METER`,
    );
    for (const danger of [...dangers, '$JS.API.CONSUMER.DELETE.ROUTER_V2_METER.sweep', '$JS.API.ACCOUNT.PURGE.x'])
      expect(reaches(publish, danger)).toBe(false);
  });

  test('names the stream in every right on JetStream', () => {
    for (const subject of publish.filter((entry) => entry.startsWith('$JS.API.'))) {
      expect(subject).toMatch(
        /^\$JS\.API\.(STREAM\.(INFO|CREATE|UPDATE|MSG\.GET)|DIRECT\.GET|CONSUMER\.(CREATE|INFO|MSG\.NEXT))\.(KV_router_v2_|ROUTER_V2_)/,
      );
    }
  });

  test('may not write to a bucket of another', () => {
    const writable = contracts
      .filter((contract) => contract.kind === 'bucket')
      .filter(({ name }) => reaches(publish, `$KV.${name}.x`));
    for (const bucket of writable) expect(everybody[bucket.owner]?.publish).toBe(publish);
  });
});

describe.each(Object.entries(outside))('%s, from outside the mesh,', (user, { publish, subscribe }) => {
  test('has no right on JetStream but to read METER as an operator', () => {
    const rights = publish.filter((subject) => subject.startsWith('$JS.') || subject.startsWith('$KV.'));
    expect(rights.filter((right) => !(user === 'operator' && right.includes('ROUTER_V2_METER')))).toEqual([]);
  });

  test('may not speak as a service', () => {
    for (const subject of [
      'router.v2.stage.provider.demo',
      'router.v2.stage.extension',
      'router.v2.meter.acme',
      'router.v2.event.policy.x.acme',
      'router.v2.rate.requests.all.1.acme',
      'router.v2.spend.usd.month.acme',
      'router.v2.holder',
      'router.v2.health.demo',
      '_SVC.policy.x',
      '_INBOX.x.y',
    ]) {
      expect(reaches(publish, subject)).toBe(false);
    }
  });

  test('may not listen to services, stages, records or requests', () => {
    for (const subject of [
      '_SVC.policy.x',
      'router.v2.stage.provider.demo',
      'router.v2.meter.acme',
      'router.v2.request.chat.acme',
      'router.v2.control.policy.a.b',
      '$KV.x.y',
      '$SRV.INFO',
    ]) {
      expect(reaches(subscribe, subject)).toBe(false);
    }
  });
});

describe('a tenant', () => {
  test.each(['demo', ...reservedWords])(
    'called "%s" gets no right on a stage, an event or an administration',
    (tenant) => {
      const { publish } = tenantPermissions(tenant, { ownInbox: true });
      for (const subject of [
        `router.v2.stage.provider.${tenant}`,
        `router.v2.policy.list.${tenant}`,
        `router.v2.event.policy.x.${tenant}`,
        `router.v2.health.${tenant}`,
        `router.v2.meter.${tenant}`,
      ]) {
        expect(reaches(publish, subject)).toBe(false);
      }
    },
  );

  test('reaches its own subtree and no other tenant', () => {
    const { publish } = tenantPermissions('acme', { ownInbox: false });
    expect(
      ['router.v2.request.chat.acme', 'router.v2.request.decide.acme.web', 'router.v2.cancel.acme.web'].every(
        (subject) => reaches(publish, subject),
      ),
    ).toBe(true);
    expect(
      ['router.v2.request.chat.acmex', 'router.v2.request.chat.other', 'router.v2.cancel.other.acme'].some((subject) =>
        reaches(publish, subject),
      ),
    ).toBe(false);
  });
});

describe('a service', () => {
  test.each(services)('%s takes requests in a queue group, so that each comes to one instance', (service) => {
    const shared = servicePermissions(service).subscribe.filter(
      (entry) => /^router\.v2\.(request|stage)\./.test(entry) || entry.startsWith(`router.v2.${service}.`),
    );
    expect(shared.length).toBeGreaterThan(0);
    for (const entry of shared) expect(entry).toMatch(/ [a-z*-]+$/);
  });

  test('that watches, reads or pulls has both forms of flow control and acknowledgement', () => {
    const { publish } = servicePermissions('provider');
    for (const stream of ['KV_router_v2_providers', 'KV_router_v2_leases', 'ROUTER_V2_METER'])
      expect(publish).toEqual(expect.arrayContaining([`$JS.FC.${stream}.>`, `$JS.FC.*.*.${stream}.>`]));
    const pulled = servicePermissions('provider', [{ ...meter, consumers: { work: 'provider' } }]);
    expect(pulled.publish).toEqual(
      expect.arrayContaining(['$JS.ACK.ROUTER_V2_METER.work.>', '$JS.ACK.*.*.ROUTER_V2_METER.work.>']),
    );
  });

  test('that reads single keys of its bucket is granted that, and only then', () => {
    const bucket = contracts.find(
      (contract): contract is BucketContract =>
        contract.kind === 'bucket' && contract.owner === 'provider' && !contract.gets,
    );
    if (bucket === undefined) throw new Error('provider owns a bucket');
    const right = `$JS.API.DIRECT.GET.KV_${bucket.name}.$KV.${bucket.name}.>`;
    expect(servicePermissions('provider', [bucket]).publish).not.toContain(right);
    expect(servicePermissions('provider', [{ ...bucket, gets: true }]).publish).toContain(right);
  });
});

test('an empty half is refused where it would be written', () => {
  expect(() => formatPermissions({ publish: [], subscribe: ['a'] })).toThrow('an empty publish list');
  expect(() => formatPermissions({ publish: ['a'], subscribe: [] })).toThrow('an empty subscribe list');
});

/** Whether one of the entries allows a subject. */
function reaches(entries: readonly string[], subject: string): boolean {
  return entries.some((entry) => matches((entry.split(' ')[0] ?? '').split('.'), subject.split('.')));
}

function matches([token, ...pattern]: readonly string[], [found, ...subject]: readonly string[]): boolean {
  if (token === '>') return found !== undefined;
  if (token === undefined || found === undefined) return token === found;
  return (token === '*' || token === found) && matches(pattern, subject);
}
