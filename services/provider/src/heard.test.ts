import { describe, expect, test } from 'vitest';
import { Heard, isError, isUsageChunk } from './heard.ts';
import { chunk, completion, usageChunk } from './testing.ts';

function hearing(...chunks: readonly object[]): Heard {
  const heard = new Heard();
  for (const one of chunks) heard.takeChunk(one);
  return heard;
}

describe('a stream is complete', () => {
  test.each<[boolean, string, object[]]>([
    [true, 'when its choice has a finish reason', [chunk('a'), chunk('', 'stop')]],
    [true, 'when a chunk without choices follows', [chunk('a', 'stop'), usageChunk(1, 1)]],
    [
      true,
      'when its choice is said once more after its end, as OpenRouter does with usage',
      [chunk('a', 'stop'), chunk('')],
    ],
    [
      true,
      'when all its choices are finished',
      [chunk('a'), chunk('b', null, 1), chunk('', 'stop'), chunk('', 'length', 1)],
    ],
    [false, 'not when one of its choices is still running', [chunk('a'), chunk('b', null, 1), chunk('', 'stop')]],
    [false, 'not before anything came', []],
    [false, 'not by an empty finish reason', [chunk('a', '')]],
    [false, 'not by a chunk without choices', [{ choices: [] }, { usage: null }]],
  ])('%s: %s', (complete, _when, chunks) => {
    expect(hearing(...chunks).complete).toBe(complete);
  });
});

describe('bytes of what was said', () => {
  const delta = (said: unknown): object => ({ choices: [{ index: 0, delta: said }] });
  const call = (name: string | undefined, given: string): object => ({
    tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name, arguments: given } }],
  });

  test.each<[object, number]>([
    [chunk('abc'), 3],
    [chunk('é'), 2],
    [delta({ role: 'assistant', content: null, refusal: 'no' }), 2],
    [delta({ reasoning_content: 'why' }), 3],
    [delta({ reasoning: 'why', reasoning_content: 'why' }), 3],
    [delta(call('f', '{"a":')), 6],
    [delta(call(undefined, '1}')), 2],
    [delta({ tool_calls: null }), 0],
    [delta({ tool_calls: [null, {}, { function: null }] }), 0],
    [delta(null), 0],
    [{ choices: [null, 5, { delta: 'x' }] }, 0],
    [{ choices: 'none' }, 0],
    [{}, 0],
  ])('of %j are %i', (said, bytes) => {
    expect(hearing(said).saidBytes).toBe(bytes);
  });

  test('of a whole answer are those of its messages', () => {
    const heard = new Heard();
    heard.saidBytes = 500; // as it was read
    heard.takeAnswer(completion('four'), '');
    expect(heard.saidBytes).toBe(4);
  });
});

test('the last usage that was told counts', () => {
  expect(hearing(usageChunk(1, 1), chunk('a'), usageChunk(1, 2), chunk('b')).reported).toEqual({ input: 1, output: 2 });
});

test.each([
  [true, usageChunk(1, 2)],
  [true, { choices: [], usage: { total: 'some' } }],
  [false, { choices: [], usage: null }],
  [false, { choices: [], prompt_filter_results: [] }],
  [false, { ...chunk('a'), usage: { prompt_tokens: 1 } }],
  [false, { usage: { prompt_tokens: 1 } }],
])('%s: usage and nothing else is in %j', (expected, said) => {
  expect(isUsageChunk(said)).toBe(expected);
});

test.each([
  [true, { error: { message: 'no' } }],
  [true, { error: 'no' }],
  [true, { object: 'error', message: 'no', code: 400 }],
  [false, { error: null, choices: [] }],
  [false, completion('hi')],
])('%s: an error is %j', (expected, said) => {
  expect(isError(said)).toBe(expected);
});

describe('who answered, and why it stopped', () => {
  test('is told by the first chunk, and by the finish reason of each choice', () => {
    const first = { ...chunk('a'), id: 'chatcmpl-1', model: 'gpt-x-2026' };
    const last = { ...chunk('', 'length', 1), id: 'another' };
    expect(hearing(first, chunk('b', null, 1), chunk('', 'stop'), last).identity).toEqual({
      id: 'chatcmpl-1',
      model: 'gpt-x-2026',
      finishReasons: ['stop', 'length'],
    });
  });

  test('is told by a whole answer', () => {
    const heard = new Heard();
    const answer = { id: 'x', model: 'm', choices: [{ finish_reason: 'tool_calls' }, null, { finish_reason: null }] };
    heard.takeAnswer(answer, JSON.stringify(answer));
    expect(heard.identity).toEqual({ id: 'x', model: 'm', finishReasons: ['tool_calls'] });
  });

  test('is nothing where nothing was heard, or no name: a text is none', () => {
    expect(new Heard().identity).toEqual({ id: undefined, model: undefined, finishReasons: [] });
    const said = { id: 7, model: 'x'.repeat(1000), choices: [{ index: 0, finish_reason: 'y'.repeat(1000) }] };
    expect(hearing(said).identity).toEqual({ id: undefined, model: undefined, finishReasons: [] });
  });
});
