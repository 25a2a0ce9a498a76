// Numbers.
import { halfEven, whole } from '../operations/numbers.ts';
import type { LibraryFunction } from './library-function.ts';
import { float, int, takes, variable } from './types.ts';

const signed = variable('N', 'Int', 'Float', 'Duration', 'Money');
const ordered = variable('N', 'Int', 'Float', 'Duration', 'Money', 'Time');

export const numbers: readonly LibraryFunction[] = [
  {
    name: 'abs',
    group: 'numbers',
    parameters: [takes('x', signed)],
    returns: signed,
    summary: 'The number without its sign.',
    examples: [['abs(-3)', 3]],
    run: (_caller, x: number) => Math.abs(x),
  },
  {
    name: 'floor',
    group: 'numbers',
    parameters: [takes('x', float)],
    returns: int,
    summary: 'The greatest whole number that is not above it; one too great for an Int is an error.',
    examples: [['floor(-1.5)', -2]],
    run: ({ at }, x: number) => whole(Math.floor(x), at),
  },
  {
    name: 'ceil',
    group: 'numbers',
    parameters: [takes('x', float)],
    returns: int,
    summary: 'The lowest whole number that is not below it; one too great for an Int is an error.',
    examples: [['ceil(1.2)', 2]],
    run: ({ at }, x: number) => whole(Math.ceil(x), at),
  },
  {
    name: 'round',
    group: 'numbers',
    parameters: [takes('x', float)],
    returns: int,
    summary: 'The nearest whole number, halves to the even one; one too great for an Int is an error.',
    examples: [
      ['round(2.5)', 2],
      ['round(3.5)', 4],
    ],
    run: ({ at }, x: number) => whole(halfEven(x), at),
  },
  {
    name: 'clamp',
    group: 'numbers',
    parameters: [takes('x', ordered), takes('low', ordered), takes('high', ordered)],
    returns: ordered,
    summary: 'The number, but not below the low nor above the high one.',
    examples: [['clamp(12, 0, 10)', 10]],
    run: (_caller, x: number, low: number, high: number) => Math.min(Math.max(x, low), high),
  },
];
