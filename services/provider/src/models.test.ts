import { HealthReport, RouterError, type ProviderDocument } from '@router-mesh/contracts';
import { expect, test } from 'vitest';
import { CallFailure } from './failure.ts';
import { Models } from './models.ts';
import { admitted } from './testing.ts';

const breaker = { calls: 2, openMs: 60_000 };
const broken = new CallFailure('server_error', 'x');
const answer = (): Promise<string> => Promise.resolve('answer');
const run = (
  models: Models,
  document: ProviderDocument,
  model: string,
  call: Parameters<typeof admitted<string>>[1],
): Promise<string> => admitted(() => models.admit(document, model), call);

function documentOf(changes: Partial<ProviderDocument> = {}): ProviderDocument {
  return { vendor: 'v', format: 'openai', base_url: 'http://x/v1', models: [{ name: 'm' }], ...changes };
}

async function fail(models: Models, document: ProviderDocument, model: string, error: Error = broken): Promise<void> {
  await expect(run(models, document, model, () => Promise.reject(error))).rejects.toBe(error);
}

test('a model that keeps failing is refused, and no other: neither of its vendor nor of its name elsewhere', async () => {
  const models = new Models(breaker);
  const document = documentOf();
  for (let turn = 0; turn < 2; turn += 1) await fail(models, document, 'm');
  await expect(run(models, document, 'm', answer)).rejects.toMatchObject({ class: 'circuit_open' });
  expect(await run(models, document, 'other', answer)).toBe('answer');
  expect(await run(models, documentOf({ vendor: 'w' }), 'm', answer)).toBe('answer');
  expect([...models.open()]).toEqual([
    ['v', ['m']],
    ['w', []],
  ]);
});

test('a vendor that moves is another one', async () => {
  const models = new Models(breaker);
  for (let turn = 0; turn < 2; turn += 1) await fail(models, documentOf(), 'm');
  expect(await run(models, documentOf({ base_url: 'http://y/v1' }), 'm', answer)).toBe('answer');
});

test("max_in_flight is the model's own, else its vendor's for each model", async () => {
  const models = new Models(breaker);
  const document = documentOf({ max_in_flight: 1, models: [{ name: 'm', max_in_flight: 2 }] });
  const end = Promise.withResolvers<string>();
  const running = ['m', 'm', 'other', 'more'].map((model) => run(models, document, model, () => end.promise));
  for (const model of ['m', 'other'])
    await expect(run(models, document, model, answer)).rejects.toMatchObject({ class: 'overloaded' });
  end.resolve('answer');
  expect(await Promise.all(running)).toHaveLength(4);
});

test('max_in_flight is what the document says now', async () => {
  const models = new Models(breaker);
  const end = Promise.withResolvers<string>();
  const running = run(models, documentOf({ max_in_flight: 1 }), 'm', () => end.promise);
  await expect(run(models, documentOf({ max_in_flight: 1 }), 'm', answer)).rejects.toMatchObject({
    class: 'overloaded',
  });
  expect(await run(models, documentOf({ max_in_flight: 2 }), 'm', answer)).toBe('answer');
  expect(await run(models, documentOf(), 'm', answer)).toBe('answer');
  end.resolve('answer');
  await running;
});

test('a call that is refused takes no place', async () => {
  const models = new Models(breaker);
  const document = documentOf({ max_in_flight: 3 });
  const end = Promise.withResolvers<string>();
  const running = run(models, document, 'm', () => end.promise);
  for (let turn = 0; turn < 2; turn += 1) await fail(models, document, 'm');
  for (let turn = 0; turn < 9; turn += 1)
    await expect(run(models, document, 'm', answer)).rejects.toMatchObject({ class: 'circuit_open' });
  end.resolve('answer');
  await running;
});

test('how models do is told: calls that ended, those aside that the client ended, and those under way', async () => {
  const models = new Models(breaker);
  const document = documentOf();
  await run(models, document, 'm', (alive) => (alive(), answer()));
  await fail(models, document, 'm');
  await fail(models, document, 'm', new CallFailure('bad_request', 'x'));
  await fail(models, document, 'm', new RouterError('cancelled', 'x'));
  const end = Promise.withResolvers<string>();
  const running = run(models, document, 'm', () => end.promise);
  const report = { vendor: 'v', instance: 'i', at: Date.now(), models: models.report('v', Date.now()) };
  expect(HealthReport.parse(report)).toEqual(report);
  expect(report.models).toMatchObject({ m: { calls: 3, errors: 1, in_flight: 1, breaker: 'closed' } });
  expect(Object.keys(report.models['m'] ?? {})).toEqual(expect.arrayContaining(['p50_ms', 'p95_ms', 'first_p95_ms']));
  expect(models.report('v', Date.now() + 61_000)).toMatchObject({ m: { calls: 0, in_flight: 1 } });
  end.resolve('answer');
  await running;
  expect(models.report('v', Date.now() + 61_000)).toEqual({});
  expect(models.report('nobody', Date.now())).toEqual({});
});

test('however many models clients name, a bounded number is known and told of', async () => {
  const models = new Models(breaker);
  const document = documentOf({ any_model: true });
  for (let number = 0; number < 1500; number += 1) await run(models, document, `m-${number}`, answer);
  expect(Object.keys(models.report('v', Date.now()))).toHaveLength(100);
  for (let turn = 0; turn < 2; turn += 1) await fail(models, document, 'bad');
  expect([...models.open()]).toEqual([['v', ['bad']]]);
  for (let number = 0; number < 1500; number += 1) await run(models, document, `n-${number}`, answer);
  expect([...models.open()]).toEqual([['v', []]]); // forgotten
});
