import fc from 'fast-check';
import { expect, test } from 'vitest';
import { breakOff, split, writeChunks } from './chunks.ts';
import type { Answer } from './models.ts';
import { parseEvents } from './testing.ts';

const head = { id: '1', createdSeconds: 7, model: 'echo' };
const text: Answer = { type: 'text', text: 'hi there', finishReason: 'stop' };
const anyText = fc.string({ unit: 'grapheme', maxLength: 200 });

test('pieces joined are the text, and none is empty', () => {
  fc.assert(
    fc.property(anyText, fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }), (said, chunks) => {
      const pieces = split(said, chunks);
      expect(pieces.join('')).toBe(said);
      expect(pieces).not.toContain('');
    }),
  );
});

test('no piece ends within a character', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 50 }), (said, chunks) => {
      expect(split(said, chunks).every((piece) => piece.isWellFormed())).toBe(true);
    }),
  );
});

test('a text of two units a chunk splits to exactly as many chunks as told', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 50 }), (said, chunks) => {
      fc.pre(said.length >= 2 * chunks);
      expect(split(said, chunks)).toHaveLength(chunks);
    }),
  );
});

test('a long text goes in pieces of about 1 KiB', () => {
  expect(split('a '.repeat(10_240), undefined)).toHaveLength(20);
});

test('a text is streamed role first, then its pieces, then the reason to stop', () => {
  const { opening, deltas, closing } = writeChunks(head, text, ['hi ', 'there'], undefined);
  const common = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 7, model: 'echo' };
  const rest = { service_tier: 'default', system_fingerprint: 'fp_demo' };
  const choice = (delta: object, finish_reason: string | null) => ({
    ...common,
    ...rest,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  });
  expect(parseEvents([...opening, ...deltas, ...closing.slice(0, -1)])).toEqual([
    choice({ role: 'assistant', content: '', refusal: null }, null),
    choice({ content: 'hi ' }, null),
    choice({ content: 'there' }, null),
    choice({}, 'stop'),
  ]);
  expect(closing.at(-1)).toBe('data: [DONE]\n\n');
});

test('with usage the last chunk carries it without choices, and all before it say null', () => {
  const { opening, deltas, closing } = writeChunks(head, text, ['hi'], '{"total_tokens":3}');
  const chunks = parseEvents([...opening, ...deltas, ...closing.slice(0, -1)]);
  expect(chunks.map((chunk) => chunk.usage)).toEqual([null, null, null, { total_tokens: 3 }]);
  expect(chunks.at(-1)?.choices).toEqual([]);
});

test('a tool call is streamed name first, then its arguments piece by piece', () => {
  const call: Answer = { type: 'tool-call', name: 'f', arguments: '{"a":1}', finishReason: 'tool_calls' };
  const { opening, deltas, closing } = writeChunks(head, call, ['{"a"', ':1}'], undefined);
  const chunks = parseEvents([...opening, ...deltas, ...closing.slice(0, -1)]);
  expect(chunks.map((chunk) => chunk.choices[0]?.delta)).toEqual([
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: '' } }],
      refusal: null,
    },
    { tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] },
    { tool_calls: [{ index: 0, function: { arguments: ':1}' } }] },
    {},
  ]);
  expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('tool_calls');
});

test('a stream broken off after none says nothing, not even the role', () => {
  const chunks = writeChunks(head, text, ['hi'], undefined);
  expect(breakOff(chunks, 0)).toEqual({ opening: [], deltas: [], closing: [] });
  expect(breakOff(chunks, 1)).toEqual({ opening: chunks.opening, deltas: chunks.deltas, closing: [] });
});
