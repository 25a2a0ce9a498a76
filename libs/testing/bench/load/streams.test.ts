import { expect, test } from 'vitest';
import { gapsOf } from './streams.ts';

const delta = '{"choices":[{"delta":{"content":"x"}}]}';

test('deltas of one frame come together; frames come one after the other', () => {
  const pieces = [
    { at: 10, text: `${delta}\n${delta}` },
    { at: 13, text: delta },
    { at: 20, text: `${delta}\n${delta}\n${delta}` },
  ];
  expect(gapsOf(pieces)).toEqual([0, 3, 7, 0, 0]);
  expect(gapsOf([])).toEqual([]);
});
