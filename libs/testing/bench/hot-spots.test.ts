import { expect, test } from 'vitest';
import { hotSpots } from './hot-spots.ts';

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 9 });

test('time goes to packages, to functions, and once to each function on the stack; idle time and what is outside the window do not count', () => {
  const profile = {
    startTime: 1000,
    nodes: [
      { id: 1, callFrame: frame('(root)'), children: [2, 5] },
      { id: 2, callFrame: frame('serve', 'file:///x/libs/kernel/src/stops.ts'), children: [3] },
      { id: 3, callFrame: frame('serve', 'file:///x/libs/kernel/src/stops.ts'), children: [4] },
      { id: 4, callFrame: frame('write', 'file:///x/node_modules/@a/b/c.js') },
      { id: 5, callFrame: frame('(idle)') },
    ],
    samples: [3, 4, 5, 3, 4],
    timeDeltas: [0, 10, 20, 30, 40],
  };
  const { busyUs, byPackage, bySelf, byTotal } = hotSpots(profile, 1000, 1070);
  expect(busyUs).toBe(70); // 10 in serve, 20 in write, 30 idle, 40 in serve; the last one is outside
  expect(byPackage).toEqual([
    ['libs/kernel', 50],
    ['@a/b', 20],
  ]);
  expect(bySelf).toEqual([
    ['serve libs/kernel/src/stops.ts:10', 50],
    ['write @a/b/c.js:10', 20],
  ]);
  expect(byTotal[0]).toEqual(['serve libs/kernel/src/stops.ts:10', 70]);
});
