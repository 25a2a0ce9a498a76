import { policy, provider, RouterError } from '@router-mesh/contracts';
import { natsServer } from '@router-mesh/testing';
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { expect, test } from 'vitest';
import { errorHeaders } from './answer-writer.ts';
import { listen } from './listen.ts';
import { call } from './rpc.ts';

/** An operator, and a policy that answers in the way given. */
async function answering(
  nats: Awaited<ReturnType<typeof natsServer>>,
  answer: (message: Msg, nc: NatsConnection) => void,
) {
  const [service, operator] = await Promise.all([nats.connect('policy'), nats.connect('operator')]);
  listen(service, 'router.v2.policy.*.>', (message) => answer(message, service), { queue: 'policy' });
  await service.flush();
  return { operator, close: () => Promise.all([service.close(), operator.close()]) };
}

test('a call asks about a tenant and gets the reply of the contract', async () => {
  await using nats = await natsServer();
  const asked: string[] = [];
  const report = { name: 'default', builtin: true, of: 'platform', summary: 's' };
  const { operator, close } = await answering(nats, (message) => {
    asked.push(`${message.subject} ${message.string()}`);
    message.respond(JSON.stringify({ ...report, newer: 'than this caller' }));
  });
  await expect(call(operator, policy.get, 'acme.web', { name: 'default' })).resolves.toEqual(report);
  expect(asked).toEqual(['router.v2.policy.get.acme.web {"name":"default"}']);
  await close();
});

test("the service's own error is thrown as it was", async () => {
  await using nats = await natsServer();
  const error = new RouterError('not_found', 'no policy "x"', { param: 'name' });
  const { operator, close } = await answering(nats, (message) =>
    message.respond(JSON.stringify(error.toBody()), { headers: errorHeaders(error) }),
  );
  await expect(call(operator, policy.get, 'acme', { name: 'x' })).rejects.toMatchObject({
    code: 'not_found',
    message: error.message,
    param: 'name',
  });
  await close();
});

test.each([
  ['no JSON', 'x'],
  ['another form', '{}'],
])('a reply that is %s is an error of the list', async (_, reply) => {
  await using nats = await natsServer();
  const { operator, close } = await answering(nats, (message) => message.respond(reply));
  await expect(call(operator, policy.get, 'acme', { name: 'x' })).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringContaining('"policy"'),
  });
  await close();
});

test('a service that is not running is `unavailable` by name, at once', async () => {
  await using nats = await natsServer();
  const operator = await nats.connect('operator');
  const calling = call(operator, provider.list, 'platform', {}, { timeoutMs: 60_000 });
  await expect(calling).rejects.toMatchObject({
    code: 'unavailable',
    message: 'service "provider" is not running',
    details: { reason: 'not_running', stop: 'provider' },
  });
  await operator.close();
});

test('a service that does not answer in time is `deadline_exceeded`', async () => {
  await using nats = await natsServer();
  const { operator, close } = await answering(nats, () => undefined);
  const calling = call(operator, policy.list, 'acme', {}, { timeoutMs: 50 });
  await expect(calling).rejects.toMatchObject({ code: 'deadline_exceeded', retryable: true });
  await close();
});

test('credentials that may not ask are told so, and not that the service is away', async () => {
  await using nats = await natsServer();
  const { close } = await answering(nats, () => undefined);
  const local = await nats.connect();
  const calling = call(local, policy.list, 'acme', {});
  await expect(calling).rejects.toMatchObject({
    code: 'unauthenticated',
    message: 'these credentials may not publish "router.v2.policy.list.acme"; operators only',
  });
  await Promise.all([local.close(), close()]);
});

test('a call under way fails when the connection goes down, instead of running into its time-out', async () => {
  await using nats = await natsServer();
  const { operator, close } = await answering(nats, () => undefined);
  const failed = expect(call(operator, policy.list, 'acme', {}, { timeoutMs: 60_000 })).rejects.toMatchObject({
    code: 'unavailable',
    details: { reason: 'disconnected' },
  });
  await operator.flush();
  await nats.stop();
  await failed;
  await close();
  await expect(call(operator, policy.list, 'acme', {})).rejects.toMatchObject({ code: 'unavailable' });
});
