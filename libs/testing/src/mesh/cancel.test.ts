// Cancelling in mid-stream: the model is let go, the reader is told, the call is recorded.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PlainClient, readLedger, startMesh, until, type Frame, type Mesh } from '../index.ts';

describe('cancel', () => {
  let mesh: Mesh;
  let client: PlainClient;
  beforeAll(async () => {
    mesh = await startMesh({ providers: 2 });
    client = await PlainClient.connect(mesh.nats.url);
  });
  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await mesh[Symbol.asyncDispose]();
  });

  /** Stream for a minute unless somebody says `cancel`: after the second delta, by `act`. */
  async function cancelled(act: (accept: { request: string; control: string }) => void): Promise<void> {
    const [closedBefore, finishedBefore] = [
      (await mesh.demo.stats()).closed_by_client,
      (await readLedger(mesh.nats, 0)).finished.length,
    ];
    let accept = { request: '', control: '' };
    let deltas = 0;
    const onFrame = ({ kind, text }: Frame): void => {
      if (kind === 'accept') accept = JSON.parse(text) as typeof accept;
      if (kind === 'delta') deltas += 1;
      if (kind === 'delta' && deltas === 2) act(accept);
    };
    const frames = await client.stream('x', { demo: { chunks: 600, delay_ms: 100 } }, { onFrame });
    expect(JSON.parse(frames.at(-2)?.text ?? '')).toMatchObject({ error: { code: 'cancelled', retryable: false } });
    expect(frames.at(-1)?.kind).toBe('eos');
    expect(frames.length).toBeLessThan(20);
    await until(
      'the model to see its connection closed',
      async () => (await mesh.demo.stats()).closed_by_client === closedBefore + 1,
    );
    const { finished } = await readLedger(mesh.nats, finishedBefore + 1);
    expect(finished.at(-1)).toMatchObject({
      request: accept.request,
      outcome: 'cancelled',
      error: 'cancelled',
      usage: { estimated: true },
    });
    expect(finished.at(-1)?.usage.output_tokens).toBeGreaterThan(0);
  }

  test('by the control subject', async () => {
    await cancelled(({ control }) => client.nc.publish(control, 'cancel'));
  });

  test('by request id', async () => {
    await cancelled(({ request }) => client.nc.publish('router.v2.cancel.demo', JSON.stringify({ request })));
  });

  test('a cancel that overtakes its request is remembered; one of another tenant is not heard', async () => {
    const request = '01JD0000000000000000000000';
    const headers = { 'Router-Request': request };
    client.nc.publish('router.v2.cancel.other', JSON.stringify({ request }));
    client.nc.publish('router.v2.cancel.demo.team', JSON.stringify({ request }));
    expect((await client.chat('x', {}, { headers })).body.choices?.[0]?.message.content).toBe('x');
    client.nc.publish('router.v2.cancel.demo', JSON.stringify({ request }));
    expect((await client.chat('x', {}, { headers })).body.error).toMatchObject({ code: 'cancelled' });
    expect((await client.chat('x', {}, { headers, tenant: 'demo.team' })).body.error).toMatchObject({
      code: 'cancelled',
    });
  });
});
