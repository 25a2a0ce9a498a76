import { expect, test } from 'vitest';
import { allocations } from './allocations.ts';
import { hotSpots } from './hot-spots.ts';

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 9 });

test('time goes to packages, to functions, and once to each function on the stack; idle time does not count', () => {
  const profile = {
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
  const { busyUs, byPackage, bySelf, byTotal } = hotSpots(profile);
  expect(busyUs).toBe(70); // 10 in serve, 20 in write, 30 idle, 40 in serve; the last one has no end
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

test('memory goes to packages and to functions, wherever they stand in the tree', () => {
  const node = (functionName: string, selfSize: number, ...children: Node[]): Node => ({
    callFrame: frame(functionName, functionName === '(root)' ? '' : 'file:///x/libs/wire/src/frames.ts'),
    selfSize,
    children,
  });
  type Node = { callFrame: ReturnType<typeof frame>; selfSize: number; children: Node[] };
  const head = node('(root)', 0, node('read', 100, node('copy', 30)), node('write', 5, node('copy', 200)));
  expect(allocations({ head })).toEqual({
    bytes: 335,
    byPackage: [['libs/wire', 335]],
    bySelf: [
      ['copy libs/wire/src/frames.ts:10', 230],
      ['read libs/wire/src/frames.ts:10', 100],
      ['write libs/wire/src/frames.ts:10', 5],
    ],
  });
});
