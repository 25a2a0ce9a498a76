import { expect, test } from 'vitest';
import type { Row } from './rows.ts';
import { alignTable, formatErrors, formatRows, formatValue } from './table.ts';

test('columns are as wide as their widest cell, numbers stand on the right', () => {
  const lines = [
    ['work', 'ours'],
    ['one', '1'],
    ['eleven', '11'],
  ];
  expect(alignTable(lines, [1])).toBe(['work    ours', '──────  ────', 'one        1', 'eleven    11'].join('\n'));
});

test('numbers are written with their unit', () => {
  expect(formatValue(1234.6, '/s')).toBe('1 235/s');
  expect(formatValue(1_234_567, '')).toBe('1 234 567');
  expect(formatValue(0.456, 'ms')).toBe('0.46 ms');
  expect(formatValue(88.4, 'MB')).toBe('88 MB');
  expect(formatValue(154.2, 'us')).toBe('154 µs');
  expect(formatValue(undefined, 'ms')).toBe('–');
});

test('a row says its target and whether it is met', () => {
  const row: Row = {
    work: 'w',
    unit: '/s',
    ours: 700,
    yardstick: 1000,
    against: 'bare mesh',
    judged: 'ratio',
    result: 0.7,
  };
  const rows: Row[] = [
    { ...row, target: { sense: 'at least', value: 0.7 }, met: true },
    { ...row, unit: 'ms', judged: 'difference', result: -0.25, target: { sense: 'at most', value: 1 }, met: false },
    { ...row, work: 'no target' },
  ];
  const [, , met = '', notMet = '', without = ''] = formatRows(rows).split('\n');
  expect(met.split(/ {2,}/)).toEqual(['w', '700/s', '1 000/s', 'bare mesh', '0.70', '≥ 0.70 ×', 'met']);
  expect(notMet).toMatch(/−0\.25 ms {2}≤ \+1 ms {3}not yet$/);
  expect(without).toMatch(/0\.70$/);
  expect(formatRows(rows, (text, isMet) => `<${text} ${isMet}>`)).toContain('<not yet false>');
});

test('errors are told in full', () => {
  expect(formatErrors([])).toBe('errors: 0');
  expect(formatErrors([{ work: 'ours 32', errors: 3, faults: ['late', 'lost'] }])).toBe(
    'errors: 3\n  ours 32: 3 (late; lost)',
  );
});

test('rows of times have their tails beside them, and say of how many times those are', () => {
  const row: Row = { work: 'w', unit: 'ms', ours: 1, yardstick: 2, against: 'bare mesh', judged: 'ratio', result: 0.5 };
  const target = { sense: 'at most', value: 1 } as const;
  const rows: Row[] = [{ ...row, target, met: true, tail: { ours: 5, yardstick: 3, samples: 1234 } }, row];
  const [head = '', , tailed = '', without = ''] = formatRows(rows, (text, met) => `<${text} ${met}>`).split('\n');
  expect(head).toMatch(/met\? {2,}p99\.9 ours {2}yardstick {2}of times$/);
  expect(tailed.split(/ {2,}/).slice(5)).toEqual(['≤ 1.00 ×', '<met true>', '5.00 ms', '3.00 ms', '1 234']);
  expect(without).toMatch(/0\.50$/);
});
