// The life of policies over real processes: published, followed, compared, taken back.
import { createHash } from 'node:crypto';
import {
  Decision,
  header,
  policies,
  policy,
  policyDecided,
  policyDiffered,
  policyRolledBack,
  policySources,
  policyStale,
  policyWarned,
  requestSubject,
  RouterError,
  type PolicyDocument,
  type Verb,
} from '@router-mesh/contracts';
import { demoDocument, startMesh, until } from '@router-mesh/testing';
import { call, ensureStores, headers, putDocument, type Msg } from '@router-mesh/wire';
import { afterAll, describe, expect, test } from 'vitest';

const mesh = await startMesh({
  policies: 2,
  environment: { ROUTER_DECISION_LOG: '1', ROUTER_POLICY_WATCH: '60s' },
  documents: (url) => [demoDocument(url), demoDocument(url, 'other')],
});
const [nc, operator, root] = await Promise.all([
  mesh.nats.connect(),
  mesh.nats.connect('operator'),
  mesh.nats.connect('root'),
]);
const events: { readonly subject: string; readonly body: Readonly<Record<string, unknown>> }[] = [];
root.subscribe('router.v2.event.policy.>', {
  callback: (_error, message) => void events.push({ subject: message.subject, body: message.json() }),
});
await until('the models to be known', async () => !(await ask('decide', 'nobody')).headers?.has(header.error));

afterAll(async () => {
  await Promise.all([nc.close(), operator.close(), root.close()]);
  await mesh[Symbol.asyncDispose]();
});

function hi(more: object = {}): object {
  return { model: 'auto', messages: [{ role: 'user', content: 'hi' }], ...more };
}

async function ask(verb: Verb, tenant: string, body: object = hi(), request?: string): Promise<Msg> {
  const said = headers();
  if (request !== undefined) said.set(header.request, request);
  return await nc.request(requestSubject(verb, tenant), JSON.stringify(body), { headers: said, timeout: 10_000 });
}

async function decide(tenant: string, body: object = hi()): Promise<Decision> {
  const message = await ask('decide', tenant, body);
  if (message.headers?.has(header.error)) throw RouterError.fromBody(message.json());
  return Decision.parse(message.json());
}

async function refusal(asking: Promise<unknown>): Promise<RouterError> {
  return await asking.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: unknown) => RouterError.from(error),
  );
}

type Publication = Parameters<typeof call<typeof policy.publish.request, typeof policy.publish.reply>>[3];

async function publish(tenant: string, source: string, more: Omit<Publication, 'source'> = {}) {
  return await call(operator, policy.publish, tenant, { source, by: 'ada', ...more });
}

/** A policy that sends everything to one model. */
function to(name: string, version: string, model: string, more = ''): string {
  return `policy "${name}" version "${version}" {\n  ${more}\n  route default { candidates [@${model}] }\n}\n`;
}

/** Resolves when both replicas judge a tenant's requests by a version: so many answers in a row name it. */
async function inForce(tenant: string, bundle: string | undefined): Promise<void> {
  let row = 0;
  await until(`version ${bundle ?? 'none'} to judge "${tenant}"`, async () => {
    const { plan } = await decide(tenant).catch((error: unknown) => ({
      plan: { policy_version: RouterError.from(error).details?.['policy_version'] },
    }));
    row = plan.policy_version === bundle ? row + 1 : 0;
    return row >= 12;
  });
}

async function pointers(name: string): Promise<PolicyDocument> {
  const { document } = await call(operator, policy.get, 'platform', { name });
  if (document === undefined) throw new Error('no document');
  return document;
}

function told(event: { readonly verb: string }): Readonly<Record<string, unknown>>[] {
  return events
    .filter(({ subject }) => subject.startsWith(`router.v2.event.policy.${event.verb}.`))
    .map(({ body }) => body);
}

describe('publishing', () => {
  test('a version judges the requests of its tenant and of all below it, and every answer names it', async () => {
    const { bundle, revision, state, unchanged } = await publish('acme', to('acme/main', '1.0.0', 'other/echo'));
    expect([state, unchanged, revision > 0]).toEqual(['active', false, true]);
    await inForce('acme', bundle);
    const answer: unknown = (await ask('chat', 'acme.web.registry')).json();
    expect(answer).toMatchObject({
      router: { policy: 'acme/main', policy_version: bundle, provider: 'other', route: 'default' },
    });
    expect((await ask('chat', 'nobody')).json()).toMatchObject({ router: { policy: 'default' } });
    expect((await decide('acme')).decision).toMatchObject({ effect: 'allow', picked: 'other/echo' });
  });

  test('the same text again changes nothing, the same version with another text is refused, and so is an older one', async () => {
    const first = to('idem/main', '1.1.0', 'demo/echo');
    const { revision } = await publish('idem', first);
    expect(await publish('idem', first)).toMatchObject({ unchanged: true, revision });
    expect(await refusal(publish('idem', to('idem/main', '1.1.0', 'other/echo')))).toMatchObject({
      code: 'conflict',
      message: 'version "1.1.0" was published already with another text; raise it above "1.1.0"',
    });
    expect(await refusal(publish('idem', to('idem/main', '1.0.0', 'other/echo')))).toMatchObject({ code: 'conflict' });
    expect(await pointers('idem/main')).toMatchObject({ history: [{ what: 'published', by: 'ada' }] });
  });

  test('a source that stands there already is the same one for every replica', async () => {
    const source = to('bolt/main', '1.0.0', 'other/echo');
    const kind = 'policy' as const;
    const written = { name: 'bolt/main', kind, version: '1.0.0', source, lock: [], by: 'bob', at: 1 };
    await putDocument(root, policySources, createHash('sha256').update(source).digest('hex'), written);
    const { bundle } = await publish('bolt', source);
    await inForce('bolt', bundle);
    const told = Array.from({ length: 12 }, () => call(operator, policy.get, 'platform', { name: 'bolt/main' }));
    expect(new Set((await Promise.all(told)).map((report) => report.source?.by))).toEqual(new Set(['bob']));
  });

  test('who was slower is told who was faster', async () => {
    await publish('race', to('race/main', '1.0.0', 'demo/echo'));
    const error = await refusal(publish('race', to('race/main', '2.0.0', 'demo/echo'), { revision: 1 }));
    expect(error.code).toBe('conflict');
    expect(error.message).toMatch(
      /^policy "race\/main" was changed meanwhile: "ada" did "published" with [0-9a-f]{12} at /,
    );
    const both = await Promise.allSettled([
      publish('race', to('race/main', '3.0.0', 'demo/echo')),
      publish('race', to('race/main', '3.0.0', 'other/echo')),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('a broken one is refused with file, line, column and help, and the last good one stays in force', async () => {
    const { bundle } = await publish('broken', to('broken/main', '1.0.0', 'demo/echo'));
    await inForce('broken', bundle);
    const source = to('broken/main', '2.0.0', 'demo/echo', 'rule free when tenant.tier == "fre" { deny "free" }');
    const error = await refusal(publish('broken', source, { file: 'broken.wend' }));
    expect(error).toMatchObject({ code: 'invalid_request', param: 'source' });
    expect(error.message).toMatch(/^the source has an error: broken\.wend:2:\d+: E\d+: /);
    const checked = await call(operator, policy.check, 'broken', { source, file: 'broken.wend' });
    expect(error.details).toEqual({ diagnostics: checked.diagnostics });
    expect(checked).toMatchObject({
      ok: false,
      diagnostics: [
        { severity: 'error', file: 'broken.wend', line: 2, help: expect.stringContaining('"free"') as string },
      ],
    });
    await inForce('broken', bundle);
  });

  test('a model that nobody has is an error when it is published, and a warning when it goes later', async () => {
    const nowhere = await refusal(publish('gone', to('gone/main', '1.0.0', 'demo/nothing')));
    expect(nowhere.message).toContain('there is no model "demo/nothing"');
    await mesh.putProvider(demoDocument(mesh.demo.url, 'leaving', { models: [{ name: 'm' }] }));
    let bundle: string | undefined;
    await until('the model to be known', async () => {
      bundle = (await publish('gone', to('gone/main', '1.0.0', 'leaving/m')).catch(() => undefined))?.bundle;
      return bundle !== undefined;
    });
    await inForce('gone', bundle);
    await mesh.putProvider(demoDocument(mesh.demo.url, 'leaving', { models: [{ name: 'n' }] }));
    await until('the warning', () => told(policyWarned).some((body) => body['policy'] === 'gone/main'));
    const { policies } = await call(operator, policy.list, 'gone', {});
    expect(policies.at(-1)).toMatchObject({
      name: 'gone/main',
      state: 'linked',
      diagnostics: [{ severity: 'warning', message: 'there is no model "leaving/m"' }],
    });
    await inForce('gone', bundle);
  });

  test('a policy is published below its own tenant alone', async () => {
    const other = await refusal(publish('rival', to('acme/main', '9.0.0', 'demo/echo')));
    expect(other.message).toBe('policy "acme/main" is of tenant "acme", which is not "rival" or below it');
    expect(await publish('team', to('team/web/main', '1.0.0', 'demo/echo'))).toMatchObject({ name: 'team/web/main' });
    expect(await refusal(publish('rival', to('main', '1.0.0', 'demo/echo')))).toMatchObject({
      code: 'invalid_request',
    });
  });

  test('what needs a service that is not there is said when it is published, and refused when it is asked', async () => {
    const source = to('ext/main', '1.0.0', 'demo/echo', 'rule pii { use post "mask-pii@^2" required }');
    const { warnings, bundle } = await publish('ext', source);
    expect(warnings).toEqual([expect.stringContaining('uses the extension "mask-pii@^2"')]);
    await inForce('ext', bundle);
    expect(await refusal(decide('ext'))).toMatchObject({
      code: 'unavailable',
      details: { reason: 'needs', need: 'extension', extension: 'mask-pii' },
    });
  });
});

describe('a child', () => {
  const parent = (version: string, model: string, more = ''): string => to('house/base', version, model, more);
  const child = `policy "house/web/main" version "1.0.0" extends "house/base@^1" { rule own { tag own = true } }`;
  const vendor = async (): Promise<string | undefined> => (await decide('house.web')).plan.candidates[0]?.vendor;

  test('is linked again when its parent changes, and keeps its last good link when it cannot be', async () => {
    await publish('house', parent('1.0.0', 'demo/echo', 'rule base { tag base = 1 }'));
    const { bundle } = await publish('house', child);
    await inForce('house.web', bundle);
    expect((await decide('house.web')).plan).toMatchObject({
      candidates: [{ vendor: 'demo' }],
      tags: { own: 'true', base: '1' },
    });
    await publish('house', parent('1.1.0', 'other/echo'));
    await until('the new parent', async () => (await vendor()) === 'other');

    await publish('house', parent('1.2.0', 'demo/lorem', 'rule own { tag own = false }'));
    await until('it to be told', () => told(policyStale).some((body) => body['policy'] === 'house/web/main'));
    for (let round = 0; round < 12; round += 1) expect(await vendor()).toBe('other');
    const { policies, holds } = await call(operator, policy.list, 'house.web', {});
    expect(policies.at(-1)).toMatchObject({ state: 'stale', diagnostics: [{ severity: 'error', code: 'E400' }] });
    expect(holds).toBe('house/web/main');
  });

  test('is judged after a restart by what it was published with, as long as it does not link', async () => {
    const [one, other] = mesh.of('policy');
    if (one === undefined || other === undefined) throw new Error('two replicas were started');
    await mesh.replace(one);
    await mesh.replace(other);
    await until('the model of its first parent', async () => (await vendor()) === 'demo');
    await publish('house', parent('1.3.0', 'other/echo'));
    await until('a parent with which it links', async () => (await vendor()) === 'other');
  });

  test('stands on nothing of another tenant', async () => {
    const source = 'policy "rival/main" version "1.0.0" extends "house/base@^1" { rule own { tag own = true } }';
    expect((await refusal(publish('rival', source))).message).toContain('there is no policy "house/base@^1"');
  });
});

describe('a tenant document', () => {
  const put = (tenant: string, named: string) =>
    call(operator, policy.tenantPut, tenant, { document: { policy: named, tier: 'pro' } });

  test('names the policy that judges, with what it knows of the tenant', async () => {
    const { warnings } = await put('named.web', 'named/chat');
    expect(warnings).toEqual(['policy "named/chat" has no active version now: until it has, every request is refused']);
    let row = 0;
    await until('it to hold on both replicas', async () => {
      row = await decide('named.web').then(
        () => 0,
        () => row + 1,
      );
      return row >= 12;
    });
    expect((await refusal(decide('named.web'))).message).toBe(
      'policy "named/chat" cannot judge: no version of it is active',
    );
    const source = to(
      'named/chat',
      '1.0.0',
      'demo/echo',
      'rule pro when tenant.tier == "pro" { tag pro = true limit max_tokens = 3 }',
    );
    const { bundle } = await publish('named', source);
    await inForce('named.web', bundle);
    expect((await decide('named.web')).plan.tags).toEqual({ pro: 'true' });
    expect((await decide('named')).plan.policy).toBe('default');
    const error = await refusal(put('named.web', 'named/web/registry/chat'));
    expect([error.param, error.message]).toEqual([
      'document.policy',
      'policy "named/web/registry/chat" is of tenant "named.web.registry", which is not "named.web" or above it',
    ]);
  });

  test('the body goes on with what the policy changed in it, and else byte for byte', async () => {
    const stages: string[] = [];
    const listening = root.subscribe('router.v2.stage.provider.*', {
      callback: (_error, message) => void stages.push(message.string()),
    });
    await root.flush();
    const body = hi({ seed: 12, user: 'u' });
    await ask('chat', 'named.web', body);
    await ask('chat', 'nobody', body);
    listening.unsubscribe();
    expect(stages).toEqual([JSON.stringify({ ...body, max_tokens: 3 }), JSON.stringify(body)]);
  });
});

describe('going back', () => {
  test('one command makes the version before the active one active again, and twice goes back twice', async () => {
    const versions = [];
    for (const version of ['1.0.0', '2.0.0', '3.0.0'])
      versions.push((await publish('back', to('back/main', version, 'demo/echo'))).bundle);
    await inForce('back', versions[2]);
    const first = await call(operator, policy.rollback, 'back', { name: 'back/main', by: 'bob', why: 'too dear' });
    expect(first).toMatchObject({ what: 'rolled_back', version: '2.0.0' });
    await inForce('back', versions[1]);
    expect(await call(operator, policy.rollback, 'back', { name: 'back/main' })).toMatchObject({ version: '1.0.0' });
    await inForce('back', versions[0]);
    expect(await refusal(call(operator, policy.rollback, 'back', { name: 'back/main' }))).toMatchObject({
      code: 'not_found',
    });
    expect((await pointers('back/main')).history.slice(0, 2)).toMatchObject([
      { what: 'rolled_back', by: 'an operator' },
      { what: 'rolled_back', by: 'bob', why: 'too dear' },
    ]);
  });
});

describe('a canary', () => {
  test('judges its share, is promoted, and withdrawn by the same command that goes back', async () => {
    const { bundle } = await publish('bird', to('bird/main', '1.0.0', 'demo/echo'));
    await inForce('bird', bundle);
    const next = to('bird/main', '1.1.0', 'other/echo');
    const canary = await publish('bird', next, { canary: { share: 0.5 } });
    expect(canary.state).toBe('canary');
    const seen = new Map<string | undefined, number>();
    await until('both versions to judge', async () => {
      const { plan } = await decide('bird');
      seen.set(plan.policy_version, (seen.get(plan.policy_version) ?? 0) + 1);
      return [bundle, canary.bundle].every((version) => (seen.get(version) ?? 0) >= 10);
    });
    expect(await call(operator, policy.rollback, 'bird', { name: 'bird/main' })).toMatchObject({
      what: 'canary_withdrawn',
    });
    await inForce('bird', bundle);
    await call(operator, policy.canary, 'bird', {
      name: 'bird/main',
      version: '1.1.0',
      canary: { share: 1, by: 'tenants' },
    });
    await inForce('bird', canary.bundle);
    expect(await call(operator, policy.publish, 'bird', { name: 'bird/main' })).toMatchObject({
      state: 'active',
      version: '1.1.0',
    });
    expect(await pointers('bird/main')).not.toHaveProperty('canary');
  });

  test('that denies everything is taken back by itself, and it is told why', async () => {
    const { bundle } = await publish('deny', to('deny/main', '1.0.0', 'demo/echo'));
    await inForce('deny', bundle);
    await publish('deny', to('deny/main', '1.1.0', 'demo/echo', 'rule no { deny "no" }'), { canary: { share: 0.5 } });
    await until('the canary to be gone', async () => {
      await Promise.all(Array.from({ length: 20 }, () => decide('deny').catch(() => undefined)));
      return (await pointers('deny/main')).canary === undefined;
    });
    expect((await pointers('deny/main')).history[0]).toMatchObject({
      what: 'canary_withdrawn',
      by: 'router-mesh',
      why: expect.stringMatching(/^deny in 100\.0 % of \d+ decisions, where it was 0\.0 % of \d+$/) as string,
    });
    await until('the event', () => told(policyRolledBack).some((body) => body['policy'] === 'deny/main'));
    await inForce('deny', bundle);
  });

  test('or once it is active, when the one before it had decided enough', async () => {
    const { bundle } = await publish('worse', to('worse/main', '1.0.0', 'demo/echo'));
    await inForce('worse', bundle);
    for (let round = 0; round < 12; round += 1) await Promise.all(Array.from({ length: 20 }, () => decide('worse')));
    await publish('worse', to('worse/main', '1.1.0', 'demo/echo', 'rule no { deny "no" }'));
    await until('the version before to be active again', async () => {
      await Promise.all(Array.from({ length: 20 }, () => decide('worse').catch(() => undefined)));
      return (await pointers('worse/main')).history[0]?.what === 'rolled_back';
    });
    await inForce('worse', bundle);
  });
});

test('a shadow changes no answer, and what it would have decided otherwise is told', async () => {
  const { bundle } = await publish('dark', to('dark/main', '1.0.0', 'demo/echo'));
  await inForce('dark', bundle);
  await publish('dark', to('dark/main', '1.1.0', 'other/echo'), { shadow: { share: 1 } });
  await until('a difference', async () => {
    expect((await decide('dark')).plan.policy_version).toBe(bundle);
    return told(policyDiffered).length > 0;
  });
  expect(told(policyDiffered)[0]).toMatchObject({
    policy: 'dark/main',
    active: { effect: 'allow', picked: 'demo/echo' },
    shadow: { effect: 'allow', picked: 'other/echo' },
    fields: expect.arrayContaining(['picked', 'candidates']) as string[],
  });
  await call(operator, policy.shadow, 'dark', { name: 'dark/main', share: 0 });
  expect(await pointers('dark/main')).not.toHaveProperty('shadow');
});

describe('why a request was decided as it was', () => {
  const source = to(
    'why/main',
    '1.0.0',
    'demo/echo',
    'rule dear when request.tokens_in > 10 and (request.metadata["team"] ?? "") != "a" { tag dear = true }',
  );

  test('is told from the log, with every guard, and without what is masked', async () => {
    const { bundle } = await publish('why', source);
    await inForce('why', bundle);
    const request = ulid();
    await ask('chat', 'why.web', hi({ user: 'u-1', metadata: { team: 'b' } }), request);
    await until('the decision to be told', () => told(policyDecided).some((body) => body['request'] === request));
    const logged = told(policyDecided).find((body) => body['request'] === request);
    expect(JSON.stringify(logged)).not.toContain('u-1');
    expect(logged).toMatchObject({
      masked: ['metadata', 'user.id'],
      effect: 'allow',
      fuel: expect.any(Number) as number,
    });
    const explained = await call(operator, policy.explain, 'why', { request });
    expect(explained).toMatchObject({
      policy: 'why/main',
      version: '1.0.0',
      bundle,
      tenant: 'why.web',
      same: true,
      logged: { effect: 'allow', route: 'default', picked: 'demo/echo' },
      masked: ['metadata', 'user.id'],
      catalogue: { same: true },
      steps: [
        { kind: 'rule', name: 'dear', line: 2, guard: true, outcome: 'applied', effects: ['tag dear = true'] },
        { kind: 'route', name: 'default', outcome: 'applied' },
      ],
    });
    expect(await refusal(call(operator, policy.explain, 'rival', { request }))).toMatchObject({ code: 'not_found' });
  });

  test('or would be, for a body and a source that nobody published', async () => {
    const body = hi({ user: 'u' });
    const tried = await call(operator, policy.eval, 'why', { body: { ...body }, source });
    expect(tried).toMatchObject({ policy: 'why/main', decision: { effect: 'allow' }, input: { user: { id: 'u' } } });
    expect(tried.steps).toHaveLength(2);
    expect(await call(operator, policy.eval, 'why', { body: { ...body } })).toMatchObject({ version: '1.0.0' });
  });
});

test('policies outlast their bucket: one that is deleted and made anew opens nothing, and every replica says so', async () => {
  const { bundle } = await publish('closed', to('closed/main', '1.0.0', 'demo/echo', 'rule no { deny "closed" }'));
  await inForce('closed', bundle);
  await root.request(`$JS.API.STREAM.DELETE.KV_${policies.name}`);
  await ensureStores(root, [policies], { replicas: 1 });
  const replicas = mesh.of('policy');
  await until('both replicas to say so', async () => {
    const ready = await Promise.all(replicas.map(async ({ http }) => await (await fetch(`${http}/readyz`)).text()));
    return ready.every((text) => text.includes(`bucket ${policies.name} was made anew: `));
  });
  for (let round = 0; round < 12; round += 1) expect((await refusal(decide('closed'))).code).toBe('denied');
  const again = await publish('closed', to('closed/main', '2.0.0', 'other/echo'));
  await inForce('closed', again.bundle);
}, 60_000);

function ulid(): string {
  const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  let time = Date.now();
  let text = '';
  for (let place = 0; place < 10; place += 1) {
    text = `${digits[time % 32] ?? '0'}${text}`;
    time = Math.floor(time / 32);
  }
  return `${text}${Array.from({ length: 16 }, () => digits[Math.floor(Math.random() * 32)]).join('')}`;
}
