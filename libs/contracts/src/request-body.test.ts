import fc from 'fast-check';
import { expect, test } from 'vitest';
import { requestSchemas, verbs } from './chat.ts';
import { parseAs } from './errors.ts';
import { parseRequestBody } from './request-body.ts';

/** What a body comes to: what it was read as, or why it was refused. */
function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    const { code, message, param } = error as { code: string; message: string; param?: string };
    return { code, message, param };
  }
}

const anything = fc.constantFrom<unknown>(
  undefined,
  null,
  true,
  false,
  0,
  1,
  -1,
  0.5,
  1e300,
  Infinity,
  '',
  'x',
  'text',
  [],
  {},
  [1],
  ['x'],
  [[1]],
  [[]],
  [1, 'x'],
  [['x']],
  [null],
  [{}],
  [{ type: 'text' }],
  [{ type: 1 }],
  { type: 'object' },
  { type: 1 },
  { include_usage: true },
  { include_usage: null },
  { include_usage: 1 },
  'm'.repeat(256),
  'm'.repeat(257),
  { tags: { a: 'b' } },
  { tags: 1 },
  { nobody: 1 },
);
const text = fc.constantFrom('x', 'text', 'demo/echo');
const content = fc.oneof(
  text,
  fc.constantFrom(null, undefined, []),
  fc.array(fc.record({ type: text }), { maxLength: 2 }),
);
const message = fc.record({ role: text, content, name: fc.option(text, { nil: undefined }) });
const input = fc.oneof(
  text,
  fc.array(text),
  fc.array(fc.integer()),
  fc.array(fc.array(fc.integer(), { maxLength: 3 })),
);
/** A body of its form, as a rule. */
const good = fc.record(
  {
    model: text,
    messages: fc.array(message, { minLength: 1, maxLength: 3 }),
    input,
    user: text,
    stream: fc.constantFrom(true, false, null),
    stream_options: fc.constantFrom(null, {}, { include_usage: false }),
    max_tokens: fc.constantFrom(null, 1, 512),
    max_completion_tokens: fc.constantFrom(null, 7),
    temperature: fc.constantFrom(null, 0, 0.2),
    tools: fc.constantFrom(null, [], [{ type: 'function', function: {} }]),
    response_format: fc.constantFrom(null, { type: 'text' }),
    dimensions: fc.constantFrom(null, 3),
    encoding_format: fc.constantFrom(null, 'float'),
    router: fc.constantFrom({}, { session: 's' }),
    other: fc.anything({ withNullPrototype: false }),
  },
  { requiredKeys: ['model', 'messages', 'input'] },
);
const fields = [
  'model',
  'messages',
  'input',
  'user',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'tools',
  'response_format',
  'dimensions',
  'encoding_format',
  'router',
];
/** The same with one field, or a field of its first message, that is anything. */
const nearly = fc
  .tuple(good, fc.constantFrom(...fields), anything)
  .map(([body, field, value]) => ({ ...body, [field]: value }));
const strange = fc.tuple(good, fc.constantFrom('role', 'content'), anything).map(([body, field, value]) => ({
  ...body,
  messages: [{ role: 'user', content: '', [field]: value }, ...body.messages],
}));

test('a body comes to what its schema makes of it, whichever way it is read: the same value, or the same error', () => {
  fc.assert(
    fc.property(fc.constantFrom(...verbs), fc.oneof(good, nearly, strange, anything), (verb, body) => {
      const bySchema = outcome(() => parseAs(requestSchemas[verb], body, 'body'));
      expect(outcome(() => parseRequestBody(verb, body))).toEqual(bySchema);
    }),
    { numRuns: 3000 },
  );
});

test.each([
  '{"model":"m","messages":[{"role":"user","content":"hi"}],"__proto__":{"stream":true}}',
  '{"model":"m","messages":[{"role":"user","content":"hi","__proto__":{}}]}',
  '{"model":"m","messages":[{"role":"user","content":[{"type":"text","__proto__":{}}]}]}',
  '{"model":"m","messages":[{"role":"user"}],"tools":[{"type":"function","__proto__":{}}]}',
  '{"model":"m","messages":[{"role":"user"}],"stream_options":{"__proto__":{}}}',
])('a key __proto__ is left out wherever the schema leaves it out: %s', (body) => {
  const read = JSON.stringify(parseRequestBody('chat', JSON.parse(body)));
  expect(read).not.toContain('__proto__');
  expect(read).toBe(JSON.stringify(parseAs(requestSchemas.chat, JSON.parse(body), 'body')));
});

test('what is plainly of its form is not copied', () => {
  const chat = {
    model: 'demo/echo',
    messages: [{ role: 'user', content: 'hi' }],
    temperature: 0.2,
    max_tokens: 5,
    other: 1,
  };
  expect(parseRequestBody('chat', chat)).toBe(chat);
  const embed = { model: 'demo/echo', input: [[1, 2], [3]] };
  expect(parseRequestBody('embed', embed)).toBe(embed);
});
