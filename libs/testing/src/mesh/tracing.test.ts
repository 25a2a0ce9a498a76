// One request is one trace: a span a stop, a span a call, below whatever the client says its own is. Off, nothing is loaded, sent or said.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  demoDocument,
  freePort,
  OtlpReceiver,
  PlainClient,
  startMesh,
  until,
  type Mesh,
  type ReceivedSpan,
} from '../index.ts';

/** The environment that sends spans to a receiver, soon. */
function tracedTo(url: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_BSP_SCHEDULE_DELAY: '20', ...more };
}

interface ClientSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceparent: string;
}

/** A span of the client's, as it says in its headers. */
function aClientSpan(sampled = true): ClientSpan {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${sampled ? '01' : '00'}` };
}

/** The spans as a tree, by name, kind and outcome: children below their parent in the order in which they began. */
function tree(spans: readonly ReceivedSpan[], parent: string): unknown[] {
  return spans
    .filter(({ parentSpanId }) => parentSpanId === parent)
    .sort((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano))
    .map(({ name, kind, attributes, spanId }) => [
      `${kind} ${name}: ${String(attributes['router.code'] ?? attributes['error.type'] ?? 'answered')}`,
      ...tree(spans, spanId),
    ]);
}

function named(spans: readonly ReceivedSpan[], name: string): ReceivedSpan {
  const found = spans.find((span) => span.name === name);
  if (found === undefined) throw new Error(`no span "${name}" among ${spans.map((span) => span.name).join(', ')}`);
  return found;
}

/** Two vendors, a process each; the demo model is behind both. */
async function twoVendors(environment: Readonly<Record<string, string>>): Promise<Mesh> {
  const mesh = await startMesh({
    providers: 0,
    policies: 0,
    environment,
    documents: (url) => [
      demoDocument(url, 'first', { models: [{ name: 'echo', price: { input: '1', output: '1' } }] }),
      demoDocument(url, 'second', { models: [{ name: 'echo', price: { input: '2', output: '2' } }] }),
      demoDocument(url),
    ],
  });
  await mesh.start('provider', { ROUTER_PROVIDERS: mesh.seeds, ROUTER_VENDORS: 'first,demo' });
  await mesh.start('provider', { ROUTER_VENDORS: 'second' });
  await mesh.start('policy');
  return mesh;
}

describe('a traced mesh', () => {
  test("a request with a second try and a fallback is one tree under the client's span, whole and streamed", async () => {
    await using receiver = await OtlpReceiver.start();
    await using mesh = await twoVendors(
      tracedTo(receiver.url, { OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test' }),
    );
    await using client = await PlainClient.connect(mesh.nats.url, { tenant: 'acme.web' });
    const fallsBack = (key: string) => ({ model: 'auto', demo: { fail_first: 2, key, status: 503 } });
    const expected = (client: ClientSpan, spans: readonly ReceivedSpan[]): void =>
      expect(tree(spans, client.spanId)).toEqual([
        [
          'SERVER policy: ok',
          [
            'CONSUMER provider.first: overloaded',
            ['CLIENT chat echo: overloaded'],
            ['CLIENT chat echo: overloaded'],
            ['CONSUMER provider.second: ok', ['CLIENT chat echo: answered']],
          ],
        ],
      ]);

    const whole = aClientSpan();
    const headers = {
      traceparent: whole.traceparent,
      tracestate: 'vendor=opaque',
      'Router-Request': '01HZX3KQ5V9J8M2N4P6R7S8T9W',
    };
    const { body } = await client.chat('a very secret prompt', fallsBack('whole'), { headers });
    expect(body.choices?.[0]?.message.content).toBe('a very secret prompt');
    const spans = await receiver.trace(whole.traceId, 6);
    expected(whole, spans);

    const [policy, first, second] = ['policy', 'provider.first', 'provider.second'].map((name) => named(spans, name));
    expect(policy?.attributes).toEqual({
      'router.stop': 'policy',
      'router.request': '01HZX3KQ5V9J8M2N4P6R7S8T9W',
      'router.tenant': 'acme.web',
      'router.attempt': 1,
      'router.leg': 0,
      'router.code': 'ok',
    });
    expect(policy?.resource).toMatchObject({
      'service.name': 'router-policy',
      'service.version': expect.stringMatching(/^\d+\.\d+\.\d+/),
      'service.instance.id': body.router?.trail[0]?.instance,
      'deployment.environment.name': 'test',
      'telemetry.sdk.name': 'opentelemetry',
    });
    expect(first?.resource['service.name']).toBe('router-provider');
    expect([policy, first, second].map((span) => span?.status.code)).toEqual(['UNSET', 'ERROR', 'UNSET']);
    expect(second?.attributes['router.leg']).toBe(2);
    expect(spans.map(({ traceState }) => traceState)).toEqual(Array(6).fill('vendor=opaque'));

    const port = Number(new URL(mesh.demo.url).port);
    const asked = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'echo',
      'server.address': '127.0.0.1',
      'server.port': port,
      'router.call': expect.stringMatching(/^[0-9A-Z]{26}$/),
    };
    const calls = spans.filter(({ kind }) => kind === 'CLIENT');
    const failed = calls.filter((span) => span.parentSpanId === first?.spanId);
    expect(failed.map(({ attributes }) => attributes)).toEqual(
      [0, 1].map((leg) => ({
        ...asked,
        'gen_ai.provider.name': 'first',
        'router.leg': leg,
        'error.type': 'overloaded',
        'http.response.status_code': 503,
      })),
    );
    expect(calls.find((span) => span.parentSpanId === second?.spanId)?.attributes).toEqual({
      ...asked,
      'gen_ai.provider.name': 'second',
      'router.leg': 2,
      'gen_ai.response.id': body['id'],
      'gen_ai.response.model': body['model'],
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': (body['usage'] as { prompt_tokens: number }).prompt_tokens,
      'gen_ai.usage.output_tokens': (body['usage'] as { completion_tokens: number }).completion_tokens,
    });

    const streamed = aClientSpan();
    await client.stream('another very secret prompt', fallsBack('streamed'), {
      headers: { traceparent: streamed.traceparent },
    });
    const pieces = await receiver.trace(streamed.traceId, 6);
    expected(streamed, pieces);
    expect(pieces.find(({ attributes }) => 'gen_ai.response.id' in attributes)?.attributes).toMatchObject({
      'gen_ai.request.stream': true,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
      'gen_ai.usage.output_tokens': expect.any(Number),
    });

    const embedded = aClientSpan();
    await client.ask('embed', { model: 'demo/embed', input: 'x' }, { headers: { traceparent: embedded.traceparent } });
    expect(named(await receiver.trace(embedded.traceId, 3), 'embeddings embed').attributes).toMatchObject({
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.provider.name': 'demo',
    });

    const wrong = aClientSpan();
    await client.chat('x', { temperature: 'hot' }, { headers: { traceparent: wrong.traceparent } });
    const [refused] = await receiver.trace(wrong.traceId, 1);
    expect(refused?.attributes).toMatchObject({ 'router.code': 'invalid_request', 'error.type': 'invalid_request' });
    expect(refused?.status.code).toBe('UNSET'); // the client's mistake is no failure of ours

    expect(
      JSON.stringify(receiver.spans, (_key, value: unknown) => (typeof value === 'bigint' ? '' : value)),
    ).not.toContain('very secret');
    expect(receiver.refused).toEqual([]);
    expect(mesh.troubles().filter((line) => !line.includes('a call failed'))).toEqual([]);
  });

  test('without a context of the client, or with a broken one, a request begins a trace; one that the client does not sample is not recorded', async () => {
    await using receiver = await OtlpReceiver.start();
    await using mesh = await startMesh({ environment: tracedTo(receiver.url) });
    await using client = await PlainClient.connect(mesh.nats.url);
    const quiet = aClientSpan(false);
    await client.chat('x', {}, { headers: { traceparent: quiet.traceparent } });
    await client.chat('x');
    await client.chat('x', {}, { headers: { traceparent: '00-broken' } });
    await until('both traces', () => receiver.spans.length >= 6);
    const roots = receiver.spans.filter(({ parentSpanId }) => parentSpanId === undefined);
    expect(roots.map(({ name }) => name)).toEqual(['policy', 'policy']);
    expect(receiver.spans.map(({ traceId }) => traceId)).not.toContain(quiet.traceId);
    expect(receiver.spans).toHaveLength(6);
  });

  test('the model hears nothing of the trace', async () => {
    await using receiver = await OtlpReceiver.start();
    const heard: string[] = [];
    const model = createServer((request, response) => {
      heard.push(...request.rawHeaders.map((text) => text.toLowerCase()));
      request.resume().on('end', () => response.end('{"id":"x","choices":[]}'));
    });
    await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(model.address() as AddressInfo).port}`;
    await using mesh = await startMesh({
      environment: tracedTo(receiver.url),
      documents: () => [demoDocument(url)],
    });
    await using client = await PlainClient.connect(mesh.nats.url);
    const { traceId, traceparent } = aClientSpan();
    await client.chat('x', {}, { headers: { traceparent, tracestate: 'a=b' } });
    await receiver.trace(traceId, 3);
    expect(heard).toContain('x-request-id');
    expect(heard.filter((text) => text.includes('trace') || text.includes(traceId))).toEqual([]);
    model.close().closeAllConnections();
  });

  test('the standard variables are honoured: name, headers, sampler, path', async () => {
    await using receiver = await OtlpReceiver.start();
    await using mesh = await startMesh({
      environment: {
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
        OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=abc',
        OTEL_BSP_SCHEDULE_DELAY: '20',
        OTEL_SERVICE_NAME: 'ours',
        OTEL_TRACES_SAMPLER: 'traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '1',
      },
    });
    await using client = await PlainClient.connect(mesh.nats.url);
    const { traceId, traceparent } = aClientSpan(false);
    await client.chat('x', {}, { headers: { traceparent } });
    const spans = await receiver.trace(traceId, 3);
    expect(spans.map(({ resource }) => resource['service.name'])).toEqual(['ours', 'ours', 'ours']);
    expect(receiver.requests[0]).toMatchObject({ 'x-collector-key': 'abc' });
  });

  test('spans go to the console too when it is asked for, and what is not spoken is said', async () => {
    await using receiver = await OtlpReceiver.start();
    await using mesh = await startMesh({
      environment: tracedTo(receiver.url, {
        OTEL_TRACES_EXPORTER: 'otlp,console',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_TRACES_SAMPLER: 'sometimes',
      }),
    });
    await using client = await PlainClient.connect(mesh.nats.url);
    const { traceId, traceparent } = aClientSpan();
    await client.chat('x', {}, { headers: { traceparent } });
    await receiver.trace(traceId, 3);
    const [policy] = mesh.of('policy');
    await until('the span to be printed', () => policy?.lines.some((line) => line.includes("name: 'policy'")) === true);
    const warned = policy?.lines
      .filter((line) => line.includes('"level":40'))
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(warned).toEqual([
      'OpenTelemetry: OTEL_TRACES_SAMPLER="sometimes" is not known; parentbased_always_on is used',
      'OTEL_EXPORTER_OTLP_PROTOCOL="grpc" is not spoken here; traces go by http/protobuf',
    ]);
  });

  test('what is still to be sent goes out when a service stops', async () => {
    await using receiver = await OtlpReceiver.start();
    await using mesh = await startMesh({ environment: tracedTo(receiver.url, { OTEL_BSP_SCHEDULE_DELAY: '60000' }) });
    await using client = await PlainClient.connect(mesh.nats.url);
    const { traceId, traceparent } = aClientSpan();
    await client.chat('x', {}, { headers: { traceparent } });
    expect(await Promise.all(mesh.services.map((service) => service.stop()))).toEqual([0, 0]);
    await receiver.trace(traceId, 3);
  });
});

describe('a collector that is away', () => {
  test('is said once and slows nothing; spans are taken when it is there', async () => {
    const port = await freePort();
    await using mesh = await startMesh({
      environment: tracedTo(`http://127.0.0.1:${port}`, { OTEL_EXPORTER_OTLP_TIMEOUT: '1000' }),
    });
    await using client = await PlainClient.connect(mesh.nats.url);
    const lines = (text: string): string[] =>
      mesh.services.flatMap((service) => service.lines.filter((line) => line.includes(text)));
    await client.chat('x');
    await until('both to say so', () => lines('traces are not taken').length === 2);
    const started = performance.now();
    for (let round = 0; round < 20; round += 1) expect((await client.chat('x')).body.choices).toBeDefined();
    expect(performance.now() - started).toBeLessThan(15_000); // each of them would wait a second

    await using receiver = await OtlpReceiver.start(port);
    await until('traces to be taken again', async () => {
      await client.chat('x');
      return lines('traces are taken again').length === 2;
    });
    expect(receiver.spans.length).toBeGreaterThan(0);
    expect(lines('traces are not taken')).toHaveLength(2);
    expect(mesh.troubles()).toHaveLength(2);
  });

  test('or takes connections and never answers: a service stops in time all the same', async () => {
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    await using mesh = await startMesh({
      environment: tracedTo(`http://127.0.0.1:${(mute.address() as AddressInfo).port}`),
    });
    await using client = await PlainClient.connect(mesh.nats.url);
    expect((await client.chat('x')).body.choices).toBeDefined();
    const started = performance.now();
    expect(await Promise.all(mesh.services.map((service) => service.stop()))).toEqual([0, 0]);
    expect(performance.now() - started).toBeLessThan(9000); // the exporter alone would wait for ten seconds
    mute.close().closeAllConnections();
  });
});

describe('off', () => {
  /** The modules of OpenTelemetry that a provider has loaded by its end; V8's coverage lists every module. */
  async function loaded(environment: Readonly<Record<string, string>>): Promise<string[]> {
    const folder = mkdtempSync(join(tmpdir(), 'loaded-'));
    try {
      await using mesh = await startMesh({ providers: 0, policies: 0, environment });
      const provider = await mesh.start('provider', { NODE_V8_COVERAGE: folder });
      expect(await provider.stop()).toBe(0);
      const modules = readdirSync(folder).flatMap((file) => {
        const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { result: { url: string }[] };
        return result.map(({ url }) => url);
      });
      expect(modules.filter((url) => url.endsWith('/libs/kernel/src/tracing.ts'))).not.toEqual([]);
      // Of its API prom-client makes use, whoever traces or not.
      return modules.filter((url) => /opentelemetry|open-telemetry/.test(url) && !url.includes('/@opentelemetry/api/'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  test('nothing of OpenTelemetry is loaded unless the environment asks for it', async () => {
    expect(await loaded({})).toEqual([]);
    expect(await loaded({ OTEL_TRACES_EXPORTER: 'otlp' })).not.toEqual([]);
  });

  test.each([
    ['by OTEL_SDK_DISABLED', { OTEL_SDK_DISABLED: 'true' }],
    ['by OTEL_TRACES_EXPORTER=none', { OTEL_TRACES_EXPORTER: 'none' }],
  ])('%s nothing is sent, and requests are answered', async (_how, environment) => {
    await using receiver = await OtlpReceiver.start();
    await using mesh = await startMesh({ environment: tracedTo(receiver.url, environment) });
    await using client = await PlainClient.connect(mesh.nats.url);
    expect(
      (await client.chat('x', {}, { headers: { traceparent: aClientSpan().traceparent } })).body.choices,
    ).toBeDefined();
    await Promise.all(mesh.services.map((service) => service.stop())); // what was to be sent would be sent now
    expect(receiver.requests).toEqual([]);
  });
});
