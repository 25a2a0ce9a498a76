import {
  Decision,
  header,
  policy,
  policyStop,
  provider,
  requestSubject,
  RouterError,
  stopSubject,
  tenants,
  type Plan,
  type TenantDocument,
  type Verb,
} from '@router-mesh/contracts';
import { demoDocument, startMesh, until } from '@router-mesh/testing';
import { call, createInbox, headers, putDocument, type Msg } from '@router-mesh/wire';
import { readFileSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';

const mesh = await startMesh({ environment: { ROUTER_MAX_BODY: '64KiB', ROUTER_MAX_TIMEOUT: '30s' } });
const [nc, operator, root] = await Promise.all([
  mesh.nats.connect(),
  mesh.nats.connect('operator'),
  mesh.nats.connect('root'),
]);
/** What was handed to stages. */
const forwarded: Msg[] = [];
root.subscribe('router.v2.stage.>', { callback: (_error, message) => void forwarded.push(message) });
await until('the demo to be known', async () => !(await ask({ verb: 'decide' })).headers?.has(header.error));

afterAll(async () => {
  await Promise.all([nc.close(), operator.close(), root.close()]);
  await mesh[Symbol.asyncDispose]();
});
beforeEach(() => {
  forwarded.length = 0;
});

interface Asking {
  readonly verb?: Verb;
  readonly tenant?: string;
  /** As it is sent; an object as JSON. */
  readonly body?: string | Uint8Array | object;
  readonly headers?: Readonly<Record<string, string>>;
}

function hi(more: object = {}): object {
  return { model: 'demo/echo', messages: [{ role: 'user', content: 'hi' }], ...more };
}

async function ask({ verb = 'chat', tenant = 'demo', body = hi(), headers: more = {} }: Asking = {}): Promise<Msg> {
  const said = headers();
  for (const [name, value] of Object.entries(more)) said.set(name, value);
  const payload = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  return await nc.request(requestSubject(verb, tenant), payload, { headers: said, timeout: 10_000 });
}

/** The error that a request was answered with. */
async function refusal(asking: Asking): Promise<RouterError> {
  const message = await ask(asking);
  if (!message.headers?.has(header.error)) throw new Error(`answered: ${message.string()}`);
  return RouterError.fromBody(message.json());
}

async function decide(body: object, tenant = 'demo'): Promise<Decision> {
  const message = await ask({ verb: 'decide', body, tenant });
  if (message.headers?.has(header.error)) throw RouterError.fromBody(message.json());
  return Decision.parse(message.json());
}

async function putTenant(tenant: string, document: TenantDocument): Promise<void> {
  const revision = await putDocument(root, tenants, tenant, document);
  await inForce('router_v2_tenants', revision);
}

async function inForce(bucket: string, revision: number): Promise<void> {
  const [service] = mesh.of('policy');
  await until(`${bucket} at revision ${revision}`, async () => {
    const { snapshots } = (await (await fetch(`${service?.http}/readyz`)).json()) as {
      snapshots: Record<string, number>;
    };
    return (snapshots[bucket] ?? 0) >= revision;
  });
}

describe('a request that is not of its form is refused, and told which part of it', () => {
  const messages = [{ role: 'user', content: 'hi' }];
  const nested = `${'['.repeat(200)}${']'.repeat(200)}`;

  test.each<[string, Asking, string]>([
    ['no model', { body: { messages } }, 'model'],
    ['an empty model', { body: { model: '', messages } }, 'model'],
    ['a model that is no text', { body: { model: 5, messages } }, 'model'],
    ['no messages', { body: { model: 'demo/echo' } }, 'messages'],
    ['empty messages', { body: { model: 'demo/echo', messages: [] } }, 'messages'],
    ['a message without a role', { body: hi({ messages: [...messages, { content: 'x' }] }) }, 'messages.1.role'],
    ['content of a wrong kind', { body: hi({ messages: [{ role: 'user', content: 5 }] }) }, 'messages.0.content'],
    [
      'a part without a type',
      { body: hi({ messages: [{ role: 'user', content: [{ text: 'x' }] }] }) },
      'messages.0.content.0.type',
    ],
    ['a stream that is neither', { body: hi({ stream: 'yes' }) }, 'stream'],
    ['tokens below one', { body: hi({ max_tokens: 0 }) }, 'max_tokens'],
    ['a router option that is not known', { body: hi({ router: { tag: {} } }) }, 'router.tag'],
    ['a tag that is no text', { body: hi({ router: { tags: { team: 1 } } }) }, 'router.tags.team'],
    ['no input to embed', { verb: 'embed', body: { model: 'demo/embed' } }, 'input'],
    ['a body that is no object', { body: '5' }, 'body'],
    ['a list', { body: '[]' }, 'body'],
    ['not JSON', { body: '{"model":' }, 'body'],
    ['no UTF-8', { body: Buffer.from([0x22, 0xff, 0x22]) }, 'body'],
    ['nothing', { body: '' }, 'body'],
    ['JSON that nests too deep', { body: `{"model":"demo/echo","messages":${nested}}` }, 'body'],
    ['a timeout that is no number', { headers: { [header.timeout]: 'soon' } }, header.timeout],
    ['a timeout of nothing', { headers: { [header.timeout]: '0' } }, header.timeout],
    ['a compressed body', { headers: { [header.contentEncoding]: 'gzip' } }, header.contentEncoding],
  ])('%s', async (_what, asking, param) => {
    const error = await refusal(asking);
    expect([error.code, error.param, error.retryable]).toEqual(['invalid_request', param, false]);
    expect(forwarded).toEqual([]);
  });

  test('a body over ROUTER_MAX_BODY is too large, and told by how much', async () => {
    const body = JSON.stringify(hi({ padding: 'x'.repeat(64 * 1024) }));
    const details = { limit: 64 * 1024, size: body.length };
    expect(await refusal({ body })).toMatchObject({ code: 'too_large', details });
    expect((await ask({ body: hi({ padding: 'x'.repeat(63 * 1024) }) })).json()).toMatchObject({
      object: 'chat.completion',
    });
  });

  test('who asked for a stream is told in a frame', async () => {
    const message = await ask({ body: { stream: true, model: 'nobody/m', messages } });
    expect([message.headers?.get(header.frame), message.headers?.get(header.seq)]).toEqual(['error', '0.0']);
    expect(RouterError.fromBody(message.json())).toMatchObject({ code: 'not_found', message: 'no provider "nobody"' });
  });
});

describe('decide', () => {
  test('answers the plan that chat would have, and calls nobody', async () => {
    await mesh.demo.reset();
    const body = hi({ stream: true, router: { tags: { team: 'a' }, session: 's' } });
    const { plan, ...decision } = await decide(body, 'acme.web');
    expect(decision).toEqual({
      request: expect.any(String) as string,
      tenant: 'acme.web',
      itinerary: ['provider.demo'],
    });
    expect(plan).toMatchObject({
      verb: 'chat',
      stream: true,
      candidates: [{ vendor: 'demo', model: 'echo' }],
      tags: { team: 'a' },
    });
    expect(forwarded).toEqual([]);
    expect((await mesh.demo.stats()).served).toBe(0);
  });

  test('follows the provider documents as they change', async () => {
    await expect(decide(hi({ model: 'cheap' }))).rejects.toMatchObject({ code: 'not_found', param: 'model' });
    const price = (input: string) => ({ input, output: '1' });
    for (const [vendor, input] of [
      ['dear', '9'],
      ['fair', '2'],
    ] as const) {
      const models = [{ name: 'm', aliases: ['cheap'], price: price(input) }];
      const { revision } = await call(operator, provider.put, 'platform', {
        provider: demoDocument(mesh.demo.url, vendor, { models }),
      });
      await inForce('router_v2_providers', revision);
    }
    const { plan, itinerary } = await decide(hi({ model: 'cheap' }));
    expect(plan.candidates).toEqual([
      { vendor: 'fair', model: 'm' },
      { vendor: 'dear', model: 'm' },
    ]);
    expect(itinerary).toEqual(['provider.fair']);
    expect((await decide(hi({ model: 'dear/cheap' }))).plan.candidates).toEqual([{ vendor: 'dear', model: 'm' }]);
  });
});

describe('policies', () => {
  test('are listed and got: until the language arrives there is one', async () => {
    const listed = await call(operator, policy.list, 'acme.web', {});
    expect(listed.policies).toMatchObject([{ name: 'default', builtin: true, of: 'platform' }]);
    expect(await call(operator, policy.get, 'acme.web', { name: 'default' })).toEqual(listed.policies[0]);
  });

  test.each<[string, object, object]>([
    ['that is not there', { name: 'other' }, { code: 'not_found', param: 'name', message: 'no policy "other"' }],
    ['of no name', {}, { code: 'invalid_request', param: 'name' }],
    ['of a name that is no token', { name: 'A B' }, { code: 'invalid_request', param: 'name' }],
  ])('one %s is refused', async (_what, request, expected) => {
    await expect(call(operator, policy.get, 'acme', request as { name: string })).rejects.toMatchObject(expected);
  });
});

describe("tenants' documents", () => {
  test('are written, got and listed at the tenant that the subject names, and below it', async () => {
    const document = { levels: ['organisation'], limits: { rpm: 5, models: { 'demo/echo': { concurrency: 2 } } } };
    await expect(call(operator, policy.tenantGet, 'written', {})).rejects.toMatchObject({ code: 'not_found' });
    const { revision } = await call(operator, policy.tenantPut, 'written', { document, revision: 0 });
    await call(operator, policy.tenantPut, 'written.web', { document: { suspended: false } });
    const { warnings } = await call(operator, policy.tenantPut, 'written.off', {
      document: { limits: { models: { 'demo/ecko': { rpm: 1 } } } },
    });
    expect(warnings).toEqual([expect.stringContaining('"demo/ecko"')]);
    await call(operator, policy.tenantPut, 'writtenx', { document: {} });
    await until('the documents', async () => (await listed('platform')).includes('writtenx'));
    expect(await call(operator, policy.tenantGet, 'written', {})).toEqual({ document, revision });
    expect(await listed('written')).toEqual(['written', 'written.off', 'written.web']);
    expect(await listed('written.web')).toEqual(['written.web']);
    expect(await listed('platform')).toEqual(
      expect.arrayContaining(['written', 'written.off', 'written.web', 'writtenx']),
    );
    await expect(call(operator, policy.tenantPut, 'written', { document, revision: 0 })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  test.each<[string, object, string]>([
    ['a limit of nothing', { limits: { rpm: 0 } }, 'document.limits.rpm'],
    ['a limit that is not known', { limits: { rps: 1 } }, 'document.limits.rps'],
    ['a model without a vendor', { limits: { models: { gpt: { rpm: 1 } } } }, 'document.limits.models.gpt'],
  ])('with %s are refused', async (_what, document, param) => {
    await expect(call(operator, policy.tenantPut, 'written', { document })).rejects.toMatchObject({
      code: 'invalid_request',
      param,
    });
  });

  async function listed(tenant: string): Promise<string[]> {
    return (await call(operator, policy.tenantList, tenant, {})).tenants.map(({ tenant: found }) => found);
  }
});

describe('limits', () => {
  test('refuse what is over them in the form that was asked for; decide takes nothing of them', async () => {
    await putTenant('tight', { limits: { rpm: 2 } });
    for (let n = 0; n < 5; n += 1) await decide(hi(), 'tight.web');
    const codes: (string | undefined)[] = [];
    for (let n = 0; n < 8; n += 1) {
      const message = await ask({ tenant: 'tight.web', body: hi(n > 3 ? { stream: true } : {}) });
      const refused = message.headers?.has(header.error) ?? false;
      codes.push(refused ? `refused ${message.headers?.get(header.seq)}` : 'answered');
    }
    // Two a minute; the minute may turn once meanwhile.
    const answered = codes.filter((code) => code === 'answered').length;
    expect([2, 4]).toContain(answered);
    expect(codes.slice(2)).toEqual(expect.arrayContaining(['refused ', 'refused 0.0']));
  });

  test('travel in the plan: what was charged, and the slots that are needed', async () => {
    await putTenant('counted', { limits: { tpm: 9000, concurrency: 3 } });
    await ask({ tenant: 'counted', body: hi({ max_tokens: 100 }) });
    const plan = JSON.parse(forwarded.at(-1)?.headers?.get(header.plan) ?? '') as Plan;
    expect(plan).toMatchObject({
      needs: ['slots'],
      limits: {
        charged: [{ tenant: 'counted', scope: 'all' }],
        slots: [{ tenant: 'counted', scope: 'all', limit: 3 }],
        report: { tpm: { limit: 9000 } },
      },
    });
    expect(plan.limits?.tokens).toBeGreaterThan(100);
  });
});

describe('the document of the nearest ancestor holds', () => {
  test('a suspended tenant is denied, with all below it, whatever documents they have', async () => {
    await putTenant('closed', { suspended: true });
    await putTenant('closed.open', { suspended: false });
    for (const tenant of ['closed', 'closed.web', 'closed.web.chat', 'closed.open']) {
      const error = await refusal({ tenant });
      expect(error).toMatchObject({ code: 'denied', details: { rule: 'suspended' } });
    }
    expect((await ask({ tenant: 'closedx' })).json()).toMatchObject({ object: 'chat.completion' });
  });

  test('its longest time bounds what is asked', async () => {
    await putTenant('hasty', { max_timeout_ms: 5000 });
    const times: [string, number | undefined, number][] = [
      ['hasty.web', undefined, 5000],
      ['hasty', 60_000, 5000],
      ['hasty', 700, 700],
      ['patient', undefined, 30_000],
      ['patient', 60_000, 30_000],
    ];
    for (const [tenant, askedMs, expected] of times) {
      await ask({ tenant, headers: askedMs === undefined ? {} : { [header.timeout]: String(askedMs) } });
      const travelled = forwarded.at(-1)?.headers;
      const { at } = JSON.parse(travelled?.get(header.plan) ?? '') as Plan;
      expect(Number(travelled?.get(header.deadline)) - at).toBe(expected);
    }
  });
});

test('forged headers change nothing', async () => {
  const plan = {
    at: 1,
    verb: 'chat',
    stream: false,
    policy: 'mine',
    route: 'mine',
    candidates: [{ vendor: 'victim', model: 'm' }],
    attempts: [],
    needs: [],
  };
  const message = await ask({
    tenant: 'acme.web',
    headers: {
      [header.tenant]: 'victim',
      [header.plan]: JSON.stringify(plan),
      [header.itinerary]: 'provider.victim',
      [header.reply]: '_INBOX.victim.1',
      [header.deadline]: '9999999999999',
      [header.leg]: '7',
      [header.hop]: '1',
      [header.trail]: 'cost@forged;1;0;0;ok',
      [header.messageId]: 'forged',
      'X-Else': 'forged',
    },
  });
  const answered = message.json<{ router: { trail: { stop: string }[]; policy: string; provider: string } }>();
  expect(answered.router).toMatchObject({
    policy: 'default',
    provider: 'demo',
    trail: [{ stop: 'policy' }, { stop: 'provider.demo' }],
  });
  expect(forwarded).toHaveLength(1);
  const [stage] = forwarded;
  expect([stage?.subject, stage?.headers?.get(header.tenant)]).toEqual(['router.v2.stage.provider.demo', 'acme.web']);
  expect(stage?.headers?.get(header.reply)).toMatch(/^_INBOX\./);
  expect(JSON.stringify([...(stage?.headers ?? [])])).not.toMatch(/victim|forged|9999999999999|Router-(Leg|Hop)/);
});

test('a request that another policy hands back is decided as at the entry, and for its own client', async () => {
  const [inbox, heard] = [createInbox(), Promise.withResolvers<Msg>()];
  nc.subscribe(inbox, { max: 1, callback: (_error, message) => heard.resolve(message) });
  await nc.flush();
  const back = headers();
  for (const [name, value] of [
    [header.tenant, 'acme.web'],
    [header.reply, inbox],
    [header.hop, '1'],
    [header.request, '01HZX3KQ5V9J8M2N4P6R7S8T9W'],
    [header.timeout, '5000'],
  ] as const)
    back.set(name, value);
  root.publish(stopSubject(policyStop, 'chat'), JSON.stringify(hi()), { headers: back });
  expect((await heard.promise).json()).toMatchObject({
    router: { request: '01HZX3KQ5V9J8M2N4P6R7S8T9W', provider: 'demo' },
  });
  const stage = forwarded.find(({ subject }) => subject === 'router.v2.stage.provider.demo');
  expect([stage?.headers?.get(header.tenant), stage?.headers?.has(header.hop)]).toEqual(['acme.web', false]);
});

test('the requests in the README do what it says', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const pasted = [...readme.matchAll(/^nats req (\S+) '(.+)'$/gm)].map(([, subject = '', body = '']) =>
    nc.request(subject, body),
  );
  const [decision, refused] = (await Promise.all(pasted)).map((message) => message.json());
  expect(decision).toMatchObject({
    plan: { candidates: expect.any(Array) as unknown[] },
    itinerary: [expect.stringMatching(/^provider\./) as string],
  });
  expect(refused).toMatchObject({ error: { code: 'not_found', message: 'no provider "nobody"' } });
});

test('nothing of all this was a bug of ours', () => {
  expect(mesh.troubles()).toEqual([]);
});
