import { expect, test } from 'vitest';
import { linesOf, positionAt } from './position.ts';

const text = 'a\n🦊b\n\nc\ud83e\n';

test('a place is a line and a column of code points', () => {
  const naive = (offset: number) => {
    const before = text.slice(0, offset);
    return { line: before.split('\n').length, column: [...before.slice(before.lastIndexOf('\n') + 1)].length + 1 };
  };
  for (let offset = 0; offset <= text.length + 1; offset += 1) {
    expect([offset, positionAt(text, offset)]).toEqual([offset, naive(offset)]);
    expect([offset, linesOf(text)(offset)]).toEqual([offset, naive(offset).line]);
  }
});
