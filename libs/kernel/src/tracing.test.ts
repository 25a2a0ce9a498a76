// What switches tracing on, which traces are recorded, and by which names spans speak. Whole traces: libs/testing/src/mesh/tracing.test.ts.
import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  answerAttributes,
  attemptAttributes,
  attemptName,
  attribute,
  endAttributes,
  isFailure,
} from './trace-attributes.ts';
import { readSampler } from './trace-sampler.ts';
import { spanTargets } from './tracing.ts';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };

test.each([
  [{}, []],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, []],
  [endpoint, ['otlp']],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }, ['otlp']],
  [{ OTEL_TRACES_EXPORTER: 'otlp' }, ['otlp']],
  [{ OTEL_TRACES_EXPORTER: 'console' }, ['console']],
  [{ OTEL_TRACES_EXPORTER: ' otlp, console ' }, ['otlp', 'console']],
  [{ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }, []],
  [{ ...endpoint, OTEL_SDK_DISABLED: 'TRUE' }, []],
  [{ ...endpoint, OTEL_SDK_DISABLED: 'false' }, ['otlp']],
  [{ OTEL_SERVICE_NAME: 'x', OTEL_TRACES_SAMPLER: 'always_on' }, []],
])('%o sends spans to %o', (environment, targets) => {
  expect(spanTargets(environment, expect.unreachable)).toEqual(targets);
});

test('an exporter that is not known is named and left out', () => {
  const warnings: string[] = [];
  expect(spanTargets({ OTEL_TRACES_EXPORTER: 'zipkin,otlp' }, (text) => warnings.push(text))).toEqual(['otlp']);
  expect(warnings).toEqual(['OTEL_TRACES_EXPORTER="zipkin" is not known here; it may be otlp, console or none']);
});

describe('the sampler', () => {
  afterEach(() => vi.unstubAllEnvs());

  test.each([
    ['', '', 'ParentBased{root=AlwaysOnSampler'],
    ['always_on', '', 'AlwaysOnSampler'],
    ['always_off', '', 'AlwaysOffSampler'],
    ['traceidratio', '0.25', 'TraceIdRatioBased{0.25}'],
    ['traceidratio', '', 'TraceIdRatioBased{1}'],
    ['traceidratio', '7', 'TraceIdRatioBased{1}'],
    ['parentbased_always_off', '', 'ParentBased{root=AlwaysOffSampler'],
    ['parentbased_traceidratio', '0.5', 'ParentBased{root=TraceIdRatioBased{0.5}'],
    ['jaeger_remote', '', 'ParentBased{root=AlwaysOnSampler'],
  ])('OTEL_TRACES_SAMPLER="%s" with argument "%s" is %s', (name, argument, sampler) => {
    vi.stubEnv('OTEL_TRACES_SAMPLER', name);
    vi.stubEnv('OTEL_TRACES_SAMPLER_ARG', argument);
    expect(readSampler().toString()).toContain(sampler);
  });
});

describe('attributes', () => {
  test('are named as the conventions name them', () => {
    const known = new Set<unknown>(Object.values(conventions));
    const theirs = Object.values(attribute).filter((name) => !name.startsWith('router.'));
    expect(theirs.filter((name) => !known.has(name))).toEqual([]);
  });

  test('of a call say who is asked, and of its server no more than host and port', () => {
    const facts = {
      call: 'C',
      verb: 'embed',
      vendor: 'mistral',
      model: 'mistral-embed',
      stream: false,
      leg: 2,
      url: 'https://api.mistral.ai/v1?token=secret',
    } as const;
    expect(attemptName(facts)).toBe('embeddings mistral-embed');
    expect(attemptAttributes(facts)).toEqual({
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.provider.name': 'mistral_ai',
      'gen_ai.request.model': 'mistral-embed',
      'server.address': 'api.mistral.ai',
      'server.port': 443,
      'router.call': 'C',
      'router.leg': 2,
    });
  });

  test('of an answer leave out what is not known', () => {
    const nothing = {
      error: undefined,
      status: undefined,
      id: undefined,
      model: undefined,
      finishReasons: [],
      inputTokens: undefined,
      outputTokens: undefined,
      firstPieceMs: undefined,
    };
    expect(answerAttributes(nothing)).toEqual({});
    expect(answerAttributes({ ...nothing, inputTokens: 0, firstPieceMs: 250 })).toEqual({
      'gen_ai.usage.input_tokens': 0,
      'gen_ai.response.time_to_first_chunk': 0.25,
    });
  });

  test.each([
    ['ok', false],
    ['invalid_request', false],
    ['cancelled', false],
    ['unavailable', true],
    ['internal', true],
    ['server_error', true], // a failure class, with which a request went on
  ])('a stop that ended with %s failed: %s', (code, failed) => {
    expect(isFailure(code)).toBe(failed);
    expect('error.type' in endAttributes(code)).toBe(code !== 'ok');
  });

  test.each(['held', 'superseded'])(
    'a stop that ended with %s left the request to another attempt: no error',
    (code) => {
      expect([isFailure(code), endAttributes(code)]).toEqual([false, { 'router.code': code }]);
    },
  );
});
