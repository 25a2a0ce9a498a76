import { tokensOf } from '@router-mesh/contracts';
import { expect, test } from 'vitest';
import { readUsage, usageOf } from './usage.ts';

test.each([
  [{ usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } }, { input: 3, output: 4 }],
  [{ usage: { prompt_tokens: 3, total_tokens: 3 } }, { input: 3, output: 0 }],
  [{ usage: { prompt_tokens: 3, completion_tokens: null } }, { input: 3, output: 0 }],
  [{ usage: null }, undefined],
  [{}, undefined],
  [{ usage: {} }, undefined],
  [{ usage: { prompt_tokens: '3', completion_tokens: 4 } }, undefined],
  [{ usage: { prompt_tokens: -1, completion_tokens: 4 } }, undefined],
  [{ usage: { prompt_tokens: 1.5, completion_tokens: 4 } }, undefined],
  [{ usage: 'none' }, undefined],
])('the usage of %j is %j', (answer, expected) => {
  expect(readUsage(answer)).toEqual(expected);
});

const estimate = { input_tokens: 10, output_tokens: 50 };

test.each([
  ['as reported', { reported: { input: 1, output: 2 }, saidBytes: 400, worked: true }, [1, 2, false]],
  ['guessed from what was said', { reported: undefined, saidBytes: 9, worked: true }, [10, 3, true]],
  ['nothing, for a model that refused', { reported: undefined, saidBytes: 0, worked: false }, [0, 0, true]],
])('tokens are %s', (_claim, spent, [input_tokens, output_tokens, estimated]) => {
  expect(usageOf({ estimate, ...spent })).toEqual({ input_tokens, output_tokens, estimated });
});

test('a token is four bytes, the last one begun', () => {
  expect([0, 1, 4, 5].map(tokensOf)).toEqual([0, 1, 1, 2]);
});
