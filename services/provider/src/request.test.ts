import { estimateTokens, type Verb } from '@router-mesh/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyObject } from './json.testing.ts';
import { prepare } from './request.ts';

const messages = [{ role: 'user', content: 'hi' }];

function sent(
  body: object,
  { verb = 'chat', stream = false, asksUsage = stream }: { verb?: Verb; stream?: boolean; asksUsage?: boolean } = {},
): unknown {
  return JSON.parse(String(prepare(Buffer.from(JSON.stringify(body)), 'm', verb, stream).body(asksUsage)));
}

describe('what goes to the model', () => {
  test.each<[string, object]>([
    [
      'tools',
      {
        tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' }, strict: true } }],
        tool_choice: 'auto',
      },
    ],
    ['JSON mode', { response_format: { type: 'json_schema', json_schema: { name: 's', schema: {} } } }],
    ['image parts', { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,x' } }] }] }],
    ['several choices', { n: 3, seed: 7, logit_bias: { '5': -100 } }],
    ['fields that nobody knows', { provider: { order: ['a'] }, x_new: null, __proto: [] }],
  ])('%s pass untouched', (_what, fields) => {
    const body = { model: 'v/alias', messages, ...fields };
    expect(sent(body)).toEqual({ ...body, model: 'm' });
  });

  test('the router object stays with us', () => {
    expect(sent({ model: 'v/m', messages, router: { tags: { a: 'b' } } })).toEqual({ model: 'm', messages });
  });

  test('a 64-bit seed is not rounded', () => {
    const body = '{"model":"v/m","messages":[],"seed":9223372036854775807}';
    expect(String(prepare(Buffer.from(body), 'm', 'chat', false).body(false))).toContain('"seed":9223372036854775807');
  });

  test('whatever the body, only model, router and usage are touched', () => {
    const law = fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean(), (fields, stream) => {
      const untouched = JSON.parse(JSON.stringify(fields)) as Record<string, unknown>;
      for (const ours of ['model', 'router', 'stream_options']) delete untouched[ours];
      const { model, stream_options, ...rest } = sent({ ...untouched, router: {} }, { stream }) as Record<
        string,
        unknown
      >;
      expect([model, stream_options, rest]).toEqual(['m', stream ? { include_usage: true } : undefined, untouched]);
    });
    fc.assert(law);
  });
});

test.each<[object | null | undefined, boolean, object | undefined, boolean]>([
  // what the client said, whether it may be asked, what is sent, whether the client gets the chunk
  [undefined, true, { include_usage: true }, false],
  [null, true, { include_usage: true }, false],
  [{}, true, { include_usage: true }, false],
  [{ include_usage: false }, true, { include_usage: true }, false],
  [{ include_usage: true }, true, { include_usage: true }, true],
  [{ include_obfuscation: false }, true, { include_obfuscation: false, include_usage: true }, false],
  [undefined, false, undefined, false],
  [{ include_usage: true }, false, undefined, true],
  [{ include_usage: true, include_obfuscation: false }, false, { include_obfuscation: false }, true],
])('of stream_options %j (asked: %s) a stream sends %j', (said, asksUsage, expected, wanted) => {
  const body = { model: 'v/m', messages, stream: true, ...(said === undefined ? {} : { stream_options: said }) };
  expect(sent(body, { stream: true, asksUsage })).toMatchObject({ stream: true });
  expect((sent(body, { stream: true, asksUsage }) as typeof body).stream_options).toEqual(expected);
  expect(prepare(Buffer.from(JSON.stringify(body)), 'm', 'chat', true).wantsUsageChunk).toBe(wanted);
});

test('without a stream nothing is asked for', () => {
  expect(sent({ model: 'v/m', messages })).not.toHaveProperty('stream_options');
});

test.each<[Verb, string]>([
  ['chat', '/chat/completions'],
  ['embed', '/embeddings'],
])('%s goes to %s', (verb, path) => {
  expect(prepare(Buffer.from('{}'), 'm', verb, false).path).toBe(path);
});

test.each([
  [{}, undefined],
  [{ max_tokens: 100 }, 100],
  [{ max_tokens: 100, max_completion_tokens: 40 }, 40],
  [{ max_tokens: 100, n: 3 }, 300],
  [{ max_tokens: null, n: null }, undefined],
])('%j may be answered with %s tokens', (fields, expected) => {
  expect(prepare(Buffer.from(JSON.stringify(fields)), 'm', 'chat', false).estimate.output_tokens).toBe(expected);
});

test('images, sound and files in the messages are not counted as text', () => {
  const data = 'A'.repeat(400_000);
  const content = [
    { type: 'text', text: 'what is this?' },
    { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } },
    { type: 'input_audio', input_audio: { data, format: 'wav' } },
    { type: 'file', file: { file_data: data } },
  ];
  const body = Buffer.from(JSON.stringify({ messages: [{ role: 'user', content }] }));
  expect(prepare(body, 'm', 'chat', false).estimate.input_tokens).toBeLessThan(100);
});

test('a body that is part of a larger buffer is read alone', () => {
  const buffer = Buffer.from('xx{"a":1}yy');
  const { body, estimate } = prepare(new Uint8Array(buffer.buffer, buffer.byteOffset + 2, 7), 'm', 'chat', false);
  expect([JSON.parse(String(body(false))), estimate.input_tokens]).toEqual([{ a: 1, model: 'm' }, 2]);
});

test.each(['{"messages":[{"content":"a secret', 'secret', 'null', '[]', ''])(
  'a body that is no JSON object is a bug of ours, and nothing of it is told: %s',
  (body) => {
    let thrown: unknown;
    try {
      prepare(Buffer.from(body), 'm', 'chat', false);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({
      code: 'internal',
      message: 'a passage whose body is no JSON object came to a stage',
    });
    expect(String((thrown as Error).stack)).not.toContain('secret');
    expect((thrown as Error).cause).toBeUndefined();
  },
);

test.each([
  [[null]],
  [['text', 7]],
  [[{ content: [null, 'text'] }]],
  [[{ content: [{ type: 'image_url', image_url: null }] }]],
  [{ content: [] }],
])('an embedding with a field "messages" of any content passes: %j', (strange) => {
  const body = { model: 'v/m', input: 'x', messages: strange };
  expect(sent(body, { verb: 'embed' })).toEqual({ ...body, model: 'm' });
});

describe('what policy has judged is what is sent', () => {
  test.each([
    ['{"model":"a","model":"b","x":1}', { x: 1, model: 'm' }],
    ['{"x":1,"\\u0072outer":{"tags":{}},"\\u006dodel":"b"}', { x: 1, model: 'm' }],
    ['{"router":{},"model":"a","router":{"session":"s"}}', { model: 'm' }],
    ['{"messages":[{"content":"first","content":"last"}]}', { messages: [{ content: 'last' }], model: 'm' }],
    ['{"messages":[{"content":"first","\\u0063ontent":"last"}]}', { messages: [{ content: 'last' }], model: 'm' }],
  ])('of keys that stand twice or are written with escapes only the last is sent: %s', (text, expected) => {
    const sent = String(prepare(Buffer.from(text), 'm', 'chat', false).body(false));
    expect(JSON.parse(sent)).toEqual(expected);
    expect(sent).not.toMatch(/\\u|first|"(\w+)":.*"\1":/);
  });

  test('all else goes on byte for byte', () => {
    const [tools, seed] = ['[ {"x": 1.50e1, "y":"\\u00e9\\/"} ]', '9223372036854775807'];
    const text = `{ "tools" : ${tools},"model":"a" ,"seed":${seed}, "router":{"x":"}"}}`;
    expect(String(prepare(Buffer.from(text), 'm', 'chat', false).body(false))).toBe(
      `{"tools" : ${tools},"seed":${seed},"model":"m"}`,
    );
  });

  test.each([
    '{"model":"a","Model":"b","MODEL":"c","x":1}',
    '{"model":"a","Model":"b","MODEL":"c","x":1,"x":2}', // written anew
  ])('whoever takes a key in letters of any size, and the last of them, takes our model: %s', (text) => {
    const keys = Object.keys(JSON.parse(String(prepare(Buffer.from(text), 'm', 'chat', true).body(true))) as object);
    const ours = keys.filter((key) => ['model', 'stream_options'].includes(key.toLowerCase()));
    expect(ours).toEqual(['Model', 'MODEL', 'model', 'stream_options']);
  });

  test('whatever the body and however it is written, it is what parsing it and writing it anew would send', () => {
    const law = fc.property(anyObject, fc.boolean(), fc.boolean(), ({ text }, stream, asksUsage) => {
      const { body, estimate, wantsUsageChunk } = prepare(Buffer.from(text), 'm', 'chat', stream);
      const { router: _ours, ...read } = JSON.parse(text) as Record<string, unknown>;
      fc.pre(!(typeof read['stream_options'] === 'number')); // policy refuses it
      const { include_usage, ...others } = (read['stream_options'] ?? {}) as Record<string, unknown>;
      const kept = Object.keys(others).length === 0 ? undefined : others;
      const usage = stream && { stream_options: asksUsage ? { ...others, include_usage: true } : kept };
      // By way of JSON, which has no undefined and no negative zero.
      expect(plain(JSON.parse(String(body(asksUsage))))).toEqual(plain({ ...read, model: 'm', ...usage }));
      expect([estimate, wantsUsageChunk]).toEqual([
        estimateTokens(read, Buffer.byteLength(text)),
        include_usage === true,
      ]);
    });
    fc.assert(law, { numRuns: 500 });
  });
});

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
