import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ChatRequest, EmbedRequest } from './chat.ts';
import { ErrorBody, ErrorCode, errorKinds, parseAs, RouterError } from './errors.ts';

const message = { role: 'user', content: 'hi' };

function refusal(schema: z.ZodType, value: unknown): RouterError {
  try {
    parseAs(schema, value, 'body');
  } catch (error) {
    if (error instanceof RouterError) return error;
  }
  throw new Error('was not refused');
}

describe('every code', () => {
  test.each(Object.entries(errorKinds))('%s has its number, its gRPC name and its OpenAI type', (_, kind) => {
    expect(kind.http).toBeGreaterThanOrEqual(400);
    expect(kind.http).toBeLessThan(600);
    expect(kind.grpc).toMatch(/^[A-Z_]+$/);
    expect(kind.type).toMatch(/^[a-z_]+$/);
    expect(kind.when).not.toBe('');
  });
});

describe('parseAs names the field that is wrong', () => {
  test.each([
    ['a missing field', ChatRequest, { model: 'a/b' }, 'messages', 'expected array'],
    [
      'a field of a list',
      ChatRequest,
      { model: 'a/b', messages: [message, { content: 'hi' }] },
      'messages.1.role',
      'expected string',
    ],
    [
      'inside a union',
      ChatRequest,
      { model: 'a/b', messages: [{ role: 'user', content: [{ text: 'hi' }] }] },
      'messages.0.content.0.type',
      'expected string',
    ],
    [
      'the union where no form came further',
      ChatRequest,
      { model: 'a/b', messages: [{ role: 'user', content: 5 }] },
      'messages.0.content',
      'invalid input',
    ],
    ['a list of a union', EmbedRequest, { model: 'a/b', input: ['a', 5] }, 'input.1', 'expected string'],
    [
      'a field that may be null',
      ChatRequest,
      { model: 'a/b', messages: [message], stream_options: 1 },
      'stream_options',
      'expected object',
    ],
    [
      'an unknown field',
      ChatRequest,
      { model: 'a/b', messages: [message], router: { tag: {} } },
      'router.tag',
      'is not a known field',
    ],
    ['no object at all', ChatRequest, 'hi', 'body', 'expected object'],
  ])('%s', (_, schema, value, param, says) => {
    const error = refusal(schema, value);
    expect(error).toMatchObject({ code: 'invalid_request', param });
    expect(error.message).toContain(`body: "${param}" ${says}`);
  });

  test('an unknown field inside a union', () => {
    const schema = z.union([z.string(), z.strictObject({ a: z.strictObject({ b: z.string() }) })]);
    expect(refusal(schema, { a: { b: '1', c: 2 } })).toMatchObject({ param: 'a.c' });
  });

  test("a name of any length is cut, for it may be the client's own", () => {
    const error = refusal(ChatRequest, { model: 'a/b', messages: [message], router: { ['x'.repeat(10_000)]: 1 } });
    expect(error.message.length).toBeLessThan(300);
  });

  test("what is right comes back as it is, unknown fields of a model's body too", () => {
    const body = { model: 'a/b', messages: [message], logit_bias: { 5: 1 } };
    expect(parseAs(ChatRequest, body, 'body')).toEqual(body);
  });
});

describe('a RouterError', () => {
  const anyError = fc
    .record({
      code: fc.constantFrom(...ErrorCode.options),
      message: fc.string(),
      param: fc.option(fc.string(), { nil: undefined }),
      details: fc.option(
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__'),
          fc.jsonValue(),
        ),
        { nil: undefined },
      ),
    })
    .map(
      ({ code, message, param, details }) =>
        new RouterError(code, message, {
          ...(param === undefined ? {} : { param }),
          ...(details === undefined ? {} : { details }),
        }),
    );

  test('crosses the wire as it was', () => {
    fc.assert(
      fc.property(anyError, (error) => {
        const body: unknown = JSON.parse(JSON.stringify(error.toBody()));
        expect(ErrorBody.safeParse(body).success).toBe(true);
        const read = RouterError.fromBody(body);
        expect([read.code, read.message, read.param, read.status, read.retryable]).toEqual([
          error.code,
          error.message,
          error.param,
          error.status,
          error.retryable,
        ]);
        expect(JSON.stringify(read.toBody())).toBe(JSON.stringify(error.toBody()));
      }),
    );
  });

  test.each([undefined, null, 'x', {}, { error: { code: 'new_one', type: 'x', message: 'x', retryable: false } }])(
    'an error answer not of the form is internal: %j',
    (body) => {
      expect(RouterError.fromBody(body)).toMatchObject({ code: 'internal', retryable: false });
    },
  );

  test('unavailable is not to be retried when the decision would be the same again', () => {
    expect(new RouterError('unavailable', 'x').retryable).toBe(true);
    expect(new RouterError('unavailable', 'x', { details: { reason: 'not_running' } }).retryable).toBe(true);
    for (const reason of ['no_candidate', 'policy_limit', 'policy_error'])
      expect(new RouterError('unavailable', 'x', { details: { reason } }).retryable).toBe(false);
  });

  test('provider_failed is not to be retried when no attempt failed in a way that passes by itself', () => {
    const failed = (...classes: string[]) =>
      new RouterError('provider_failed', 'x', { details: { attempts: classes.map((one) => ({ class: one })) } });
    for (const passing of [
      'timeout',
      'server_error',
      'rate_limited',
      'overloaded',
      'circuit_open',
      'not_running',
      'new',
    ])
      expect([passing, failed('auth', passing).retryable]).toEqual([passing, true]);
    expect(failed('auth').retryable).toBe(false);
    expect(failed('auth', 'context_length', 'content_filter', 'bad_request').retryable).toBe(false);
    expect(RouterError.fromBody(failed('auth').toBody()).retryable).toBe(false);
    expect(failed().retryable).toBe(true);
    for (const details of [undefined, {}, { attempts: 'x' }, { attempts: [null] }])
      expect(new RouterError('provider_failed', 'x', details && { details }).retryable).toBe(true);
    const away = { reason: 'not_running', attempts: [{ class: 'auth' }] };
    expect(new RouterError('unavailable', 'x', { details: away }).retryable).toBe(true);
  });

  test('whatever else was thrown is internal, and keeps its cause to itself', () => {
    const error = RouterError.from(new Error('key sk-123 refused'));
    expect(error.code).toBe('internal');
    expect(error.cause).toBeInstanceOf(Error);
    expect(JSON.stringify(error.toBody())).not.toContain('sk-123');
    expect(RouterError.from(error)).toBe(error);
  });
});
