import type { Attempt, FailureClass } from '@router-mesh/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attemptOf, CallFailure, errorOf, errorOfCall, failureOfAnswer, failureWithin, redact } from './failure.ts';

const openai = (message: string, more: object = {}): string =>
  JSON.stringify({ error: { message, type: 't', param: null, code: null, ...more } });

test.each<[number, string, FailureClass]>([
  [301, '', 'server_error'],
  [307, '', 'server_error'],
  [400, openai('missing field'), 'bad_request'],
  [400, openai("This model's maximum context length is 8192 tokens"), 'context_length'],
  [400, openai('too long', { code: 'context_length_exceeded' }), 'context_length'],
  [400, openai('blocked', { code: 'content_filter' }), 'content_filter'],
  [400, openai('no', { code: 'content_policy_violation' }), 'content_filter'],
  [401, openai('Incorrect API key'), 'auth'],
  [402, openai('Insufficient balance'), 'auth'],
  [403, '<html>Forbidden</html>', 'auth'],
  [404, openai('The model does not exist', { code: 'model_not_found' }), 'server_error'],
  [404, '<html>Not Found</html>', 'server_error'],
  [405, '', 'server_error'],
  [408, '', 'timeout'],
  [409, '', 'bad_request'],
  [413, openai('too large'), 'bad_request'],
  [422, '{"detail":[{"type":"extra_forbidden"}]}', 'bad_request'],
  [429, openai('Rate limit reached'), 'rate_limited'],
  [429, openai('You exceeded your current quota', { code: 'insufficient_quota' }), 'rate_limited'],
  [500, '', 'server_error'],
  [502, '<html><head><title>502 Bad Gateway</title></head></html>', 'server_error'],
  [503, openai('loading'), 'overloaded'],
  [504, '', 'timeout'],
  [520, '', 'server_error'],
  [524, '', 'timeout'],
  [529, '', 'overloaded'],
])('HTTP %i %s is %s', (status, body, expected) => {
  expect(failureOfAnswer(status, body, undefined)).toMatchObject({ class: expected, status });
});

test.each<[string, string | undefined]>([
  [openai('as OpenAI'), 'as OpenAI'],
  ['{"error":"as Ollama"}', 'as Ollama'],
  ['{"object":"error","message":"as vLLM","type":"BadRequestError","code":400}', 'as vLLM'],
  [
    '{"object":"error","message":{"detail":["as Mistral"]},"type":"invalid_request_error"}',
    '{"detail":["as Mistral"]}',
  ],
  ['[{"error":{"code":400,"message":"as Gemini","status":"INVALID_ARGUMENT"}}]', 'as Gemini'],
  ['{"detail":"as FastAPI"}', '{"detail":"as FastAPI"}'],
  [
    '<!doctype html><html><head><title>502 Bad Gateway</title></head>\n<body><p class="x">nginx</p></body></html>',
    '502 Bad Gateway nginx',
  ],
  ['upstream connect\n  error', 'upstream connect error'],
  ['{"error":null}', '{"error":null}'],
  ['{"error":{"message":null}}', undefined],
  ['null', 'null'],
  ['{"error":{"mess', '{"error":{"mess'],
  ['', undefined],
])('of %s is told: %s', (body, expected) => {
  expect(failureOfAnswer(500, body, undefined).said).toBe(expected);
});

test.each<[string, FailureClass, number | undefined]>([
  ['{"error":{"message":"Rate limit exceeded","code":429}}', 'rate_limited', 429],
  ['{"error":{"message":"Provider returned error","code":502},"choices":[]}', 'server_error', 502],
  ['{"object":"error","message":"bad","code":400}', 'bad_request', 400],
  ['{"error":{"message":"The server had an error","type":"server_error","code":null}}', 'server_error', undefined],
  ['{"error":{"message":"blocked","code":"content_filter"}}', 'content_filter', undefined],
  ['{"error":"no"}', 'server_error', undefined],
  ['{"error":{"message":"odd","code":1300}}', 'server_error', undefined],
])('%s that came with a good status is %s', (body, expected, status) => {
  const failure = failureWithin(body, undefined);
  expect([failure.class, failure.status]).toEqual([expected, status]);
});

describe('what an upstream says is redacted', () => {
  test.each([
    ['Incorrect API key provided: sk-proj-abc***************xyz.', 'Incorrect API key provided: [redacted].'],
    ['invalid gsk_12ab', 'invalid [redacted]'],
    ['got Authorization: Bearer abc', 'got Authorization: [redacted]'],
    ['token 0123456789abcdef0123456789abcdef', 'token [redacted]'],
    ['the model `gpt-5-mini-2025-08-07` does not exist', 'the model `gpt-5-mini-2025-08-07` does not exist'],
  ])('%s', (text, expected) => {
    expect(redact(text, undefined)).toBe(expected);
  });

  // As keys look: what may stand in a header and no white space.
  const key = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_./+='), minLength: 8, maxLength: 60 });
  const noise = fc.string({ unit: 'grapheme', maxLength: 300 });

  test('the key never survives, wherever and however often it stands', () => {
    const law = fc.property(key, fc.array(noise, { minLength: 2, maxLength: 30 }), (secret, parts) => {
      const text = redact(parts.join(secret), secret);
      expect(text).not.toContain(secret);
      expect(text.length).toBeLessThanOrEqual(200);
    });
    fc.assert(law);
  });

  test('the key never survives an error answer, as JSON or as a page', () => {
    const law = fc.property(key, noise, noise, fc.boolean(), (secret, before, after, page) => {
      const quoted = `${before}${secret}${after}`;
      const body = page ? `<html><body><p>${quoted}</p></body></html>` : openai(quoted).replaceAll('/', '\\/');
      const failure = failureOfAnswer(401, body, secret);
      const shown = JSON.stringify([
        attemptOf('v/m', failure),
        errorOf(failure, [attemptOf('v/m', failure)]).toBody(),
        failure.message,
      ]);
      expect(shown).not.toContain(secret);
      expect(JSON.stringify(failureWithin(body, secret).said ?? '')).not.toContain(secret);
    });
    fc.assert(law);
  });

  test('no part of a key is left where the text was cut', () => {
    const secret = 'Zz'.repeat(100);
    const page = Array.from({ length: 12 }, () => secret).join(' ');
    expect(redact(page, secret)).not.toContain('Zz');
    expect(failureOfAnswer(500, page, secret).said).not.toContain('Zz');
  });

  test.each([['<'], ['a-'], ['sk-a '], ['bearer '], ['1'], [' ']])('a long page of %j is read in no time', (piece) => {
    const page = piece.repeat(65_536 / piece.length);
    const started = performance.now();
    failureOfAnswer(500, page, 'the-key');
    failureOfAnswer(500, openai(page), 'the-key');
    expect(performance.now() - started).toBeLessThan(500);
  });

  test('half a character is never left at the end', () => {
    expect(redact('😀'.repeat(150), undefined).isWellFormed()).toBe(true);
    expect(redact(`x${'😀'.repeat(150)}`, undefined).isWellFormed()).toBe(true);
  });
});

test.each<[string, FailureClass, string]>([
  ['ECONNREFUSED', 'server_error', 'ECONNREFUSED'],
  ['UND_ERR_SOCKET', 'server_error', 'UND_ERR_SOCKET'],
])('%s of the transport is %s', (code, expected, message) => {
  const failure = errorOfCall(Object.assign(new Error('secret detail'), { code }));
  expect(failure).toMatchObject({ class: expected, message: expect.stringContaining(message) as string });
  expect(failure.message).not.toContain('secret');
});

test('an answer that is no HTTP has failed, though its error has no code', () => {
  const error = Object.assign(new Error('secret detail'), { name: 'HTTPParserError', code: undefined });
  expect(errorOfCall(error)).toMatchObject({ class: 'server_error', passing: true });
});

test('a bug is no failure of the model', () => {
  expect(errorOfCall(new TypeError('x is not a function'))).toMatchObject({ code: 'internal' });
});

test.each<[string, CallFailure, { passing: boolean; unwell: boolean }]>([
  ['an upstream that is out of order', failureOfAnswer(500, '', undefined), { passing: true, unwell: true }],
  ['one that is busy', failureOfAnswer(503, '', undefined), { passing: true, unwell: true }],
  ['one that limits us', failureOfAnswer(429, '', undefined), { passing: true, unwell: false }],
  [
    'one that wants money',
    failureOfAnswer(429, openai('no credit', { code: 'insufficient_quota' }), undefined),
    { passing: false, unwell: false },
  ],
  ['one that was too slow', new CallFailure('timeout', ''), { passing: false, unwell: true }],
  ['one that was not reached', new CallFailure('timeout', '', { unreached: true }), { passing: true, unwell: true }],
  ['a key that is wrong', failureOfAnswer(401, '', undefined), { passing: false, unwell: false }],
  ['a redirect', failureOfAnswer(302, '', undefined), { passing: false, unwell: false }],
  ['a model that is not there', failureOfAnswer(404, '', undefined), { passing: false, unwell: false }],
  ['a request that is wrong', failureOfAnswer(400, '', undefined), { passing: false, unwell: false }],
  ['a breaker that is open', new CallFailure('circuit_open', ''), { passing: false, unwell: false }],
])('%s: whether it may pass in a moment, and whether the breaker counts it', (_what, failure, expected) => {
  expect(failure).toMatchObject(expected);
});

test('when an upstream wants to be asked again goes with its attempt, and the soonest of all with the error', () => {
  const first = attemptOf('a/m', failureOfAnswer(429, '', undefined, 3000));
  const last = failureOfAnswer(503, '', undefined, 2000);
  expect(first).toMatchObject({ class: 'rate_limited', retry_after_ms: 3000 });
  const attempts = [first, attemptOf('b/m', new CallFailure('auth', 'x')), attemptOf('c/m', last)];
  expect(errorOf(last, attempts).details).toEqual({ attempts, retry_after_ms: 2000 });
});

describe('what the client is told', () => {
  const attempt = (failure: FailureClass, index = 0): Attempt => ({ model: `v/m${index}`, class: failure });
  const told = (last: CallFailure, ...classes: FailureClass[]) => errorOf(last, classes.map(attempt));

  test.each<[string, CallFailure, FailureClass[], object]>([
    [
      'its request is wrong',
      new CallFailure('bad_request', 'ours', { said: 'no such tool' }),
      ['bad_request'],
      { code: 'invalid_request', message: 'the model refused the request: no such tool', retryable: false },
    ],
    [
      'its request is wrong, without a word',
      new CallFailure('bad_request', 'the model answered HTTP 400'),
      ['bad_request'],
      { message: 'the model refused the request: the model answered HTTP 400' },
    ],
    [
      'the content was refused',
      new CallFailure('content_filter', 'ours', { said: 'flagged' }),
      ['content_filter'],
      { code: 'content_filtered', retryable: false },
    ],
    [
      'it is too long for every model',
      new CallFailure('context_length', 'ours'),
      ['context_length', 'context_length'],
      { code: 'invalid_request', retryable: false },
    ],
    [
      'it is too long for the last model, and the first was away',
      new CallFailure('context_length', 'ours'),
      ['overloaded', 'context_length'],
      { code: 'provider_failed', retryable: true },
    ],
    [
      'the only candidate failed',
      new CallFailure('timeout', 'ours'),
      ['timeout'],
      { code: 'provider_failed', message: 'the only candidate failed with timeout', retryable: true },
    ],
    [
      'no key was taken: that does not pass by itself',
      new CallFailure('auth', 'ours'),
      ['auth', 'auth'],
      { code: 'provider_failed', retryable: false },
    ],
    [
      'all failed',
      new CallFailure('auth', 'ours'),
      ['timeout', 'auth'],
      { message: 'all 2 candidates failed; the last with auth' },
    ],
  ])('%s', (_what, failure, classes, expected) => {
    const error = told(failure, ...classes);
    expect(error).toMatchObject(expected);
    expect(error.details).toEqual({ attempts: classes.map(attempt) });
  });

  test('a candidate that was tried again is one candidate', () => {
    const [first, second] = [attempt('overloaded', 1), attempt('overloaded', 2)];
    const failure = new CallFailure('overloaded', 'ours');
    expect(errorOf(failure, [first, first]).message).toBe('the only candidate failed with overloaded, in 2 attempts');
    expect(errorOf(failure, [first, first, second]).message).toBe(
      'all 2 candidates failed; the last with overloaded, in 3 attempts',
    );
  });
});
