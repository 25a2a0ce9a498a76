import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Assembly } from './assembly.ts';
import { chunksOf, piecesOf } from './replay.ts';
import { chunk, usageChunk } from './testing.ts';

const roomy = 1_000_000;

function together(chunks: readonly object[], mostUnits = roomy): object | undefined {
  const assembly = new Assembly(mostUnits);
  for (const one of chunks) assembly.take(one);
  return assembly.whole;
}

const delta = (fields: object, more: object = {}): object => ({
  choices: [{ index: 0, delta: fields, finish_reason: null, ...more }],
});

describe('a stream put together', () => {
  test('is the answer that it says, with who said it, why it ended and what it used', () => {
    const about = { id: 'c1', created: 7, model: 'm-1', system_fingerprint: 'fp', usage: null, obfuscation: 'xxxx' };
    expect(
      together([
        { ...about, ...delta({ role: 'assistant', content: '', refusal: null }) },
        { ...about, ...delta({ content: 'hel' }) },
        { ...about, ...delta({ content: 'lo' }) },
        { ...about, ...delta({}, { finish_reason: 'stop' }) },
        { ...about, ...usageChunk(3, 2) },
      ]),
    ).toEqual({
      id: 'c1',
      created: 7,
      model: 'm-1',
      system_fingerprint: 'fp',
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 2 },
    });
  });

  test('is not changed by what vendors repeat empty in every chunk', () => {
    const filler = { role: '', refusal: '', reasoning: null, tool_calls: [], annotations: [] };
    const whole = together([
      delta({ ...filler, role: 'assistant', content: '' }),
      delta({ ...filler, content: 'a' }),
      delta({ ...filler, content: '' }, { finish_reason: 'stop', logprobs: null }),
    ]);
    expect(whole).toMatchObject({ choices: [{ message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' }] });
    expect(JSON.stringify(whole)).not.toMatch(/refusal|reasoning|tool_calls|annotations|logprobs/);
  });

  test('has its tool calls, each with all of its arguments', () => {
    const call = (index: number, more: object): object => delta({ tool_calls: [{ index, ...more }] });
    const whole = together([
      delta({ role: 'assistant', content: null }),
      call(1, { id: 'b', type: 'function', function: { name: 'g', arguments: '' } }),
      call(0, { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x"' } }),
      call(0, { function: { arguments: ':1}' } }),
      call(1, { function: { arguments: '{}' } }),
      delta({}, { finish_reason: 'tool_calls' }),
    ]);
    expect(whole).toMatchObject({
      choices: [
        {
          message: {
            content: null,
            tool_calls: [
              { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
              { id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } },
            ],
          },
          finish_reason: 'tool_calls',
        },
      ],
    });
  });

  test('has every choice in its place, its log probabilities, and what vendors say beside', () => {
    const whole = together([
      { choices: [{ index: 1, delta: { content: 'b' }, logprobs: { content: [{ token: 'b' }] } }] },
      { choices: [{ index: 0, delta: { content: 'a', reasoning: 'why' } }] },
      {
        choices: [
          { index: 1, delta: { content: 'c' }, logprobs: { content: [{ token: 'c' }] }, finish_reason: 'length' },
        ],
      },
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop', native_finish_reason: 'eos' }] },
    ]);
    expect(whole).toMatchObject({
      choices: [
        { index: 0, message: { content: 'a', reasoning: 'why' }, finish_reason: 'stop', native_finish_reason: 'eos' },
        { index: 1, message: { content: 'bc' }, logprobs: { content: [{ token: 'b' }, { token: 'c' }] } },
      ],
    });
  });

  test.each<[string, object[]]>([
    ['with a field that nobody knows how to join', [delta({ audio: { data: 'x' } })]],
    ['with a tool call without a place', [delta({ tool_calls: [{ id: 'a', function: { name: 'f' } }] })]],
    ['with a tool call of another kind', [delta({ tool_calls: [{ index: 0, custom: { input: 'x' } }] })]],
    ['with a choice without a place', [{ choices: [{ delta: { content: 'a' } }] }]],
    ['without a choice', [usageChunk(1, 1)]],
    ['that says more than is kept', [chunk('x'.repeat(60)), chunk('x'.repeat(60), 'stop')]],
  ])('%s is given up', (_what, chunks) => {
    expect(together(chunks, 100)).toBeUndefined();
  });
});

describe('an answer told as a stream', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 400 });
  const toolCall = fc.record({
    id: fc.string({ minLength: 1 }),
    type: fc.constant('function'),
    function: fc.record({ name: text, arguments: text }),
  });
  const message = fc.record(
    {
      role: fc.constant('assistant'),
      content: fc.oneof(text, fc.constant(null)),
      refusal: text.filter(Boolean),
      tool_calls: fc.array(toolCall, { minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: ['role', 'content'] },
  );
  const choices = fc.array(fc.record({ message, finish_reason: fc.constantFrom('stop', 'length', 'tool_calls') }), {
    minLength: 1,
    maxLength: 3,
  });
  const answer = fc
    .record({
      id: fc.string({ minLength: 1 }),
      created: fc.nat(),
      usage: fc.constant({ prompt_tokens: 1, completion_tokens: 2 }),
      choices,
    })
    .map(({ choices: all, ...fields }) => ({
      ...fields,
      object: 'chat.completion',
      choices: all.map((choice, index) => ({ index, ...choice })),
    }));

  test('is the same answer again when it is put together', () => {
    fc.assert(
      fc.property(answer, (whole) => {
        expect(together(chunksOf(whole, { prompt_tokens: 9 }))).toEqual(whole);
        expect(together(chunksOf(whole))).toEqual((({ usage: _, ...rest }) => rest)(whole));
      }),
    );
  });

  test('is told as a model tells it: the role first, the reason last, and each chunk is one', () => {
    const told = chunksOf(
      {
        id: 'c1',
        object: 'chat.completion',
        choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1 },
      },
      {},
    );
    const of = (choices: object[], more = {}) => ({ id: 'c1', object: 'chat.completion.chunk', choices, ...more });
    expect(told).toEqual([
      of([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]),
      of([{ index: 0, delta: { content: 'hi' }, finish_reason: null }]),
      of([{ index: 0, delta: {}, finish_reason: 'stop' }]),
      of([], { usage: { prompt_tokens: 1 } }),
    ]);
  });

  test('has its texts in eight pieces at most, and no character is torn', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (given) => {
        const pieces = piecesOf(given);
        expect(pieces.join('')).toBe(given);
        expect(pieces.length).toBeLessThanOrEqual(8);
        expect(pieces.every((piece) => piece !== '' && !/[\ud800-\udbff]$/.test(piece))).toBe(true);
      }),
    );
  });
});
