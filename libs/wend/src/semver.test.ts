import { expect, test } from 'vitest';
import { compareVersions, isRange, satisfies } from './semver.ts';

test.each([
  ['^2', ['2.0.0', '2.9.1', '2'], ['1.9.9', '3.0.0', '2.0.0-beta']],
  ['^1.2', ['1.2.0', '1.9.0'], ['1.1.9', '2.0.0']],
  ['^0.2', ['0.2.0', '0.2.9'], ['0.3.0', '0.1.0']],
  ['^0.0.3', ['0.0.3'], ['0.0.4']],
  ['~1.2', ['1.2.0', '1.2.9'], ['1.3.0']],
  ['~1.2.3', ['1.2.3', '1.2.9'], ['1.2.2', '1.3.0']],
  ['~1', ['1.0.0', '1.9.0'], ['2.0.0']],
  ['1.x', ['1.0.0', '1.9.0'], ['2.0.0', '0.9.0']],
  ['1.2', ['1.2.0', '1.2.7'], ['1.3.0']],
  ['1.2.x', ['1.2.0', '1.2.7'], ['1.3.0']],
  ['1.2.3', ['1.2.3', '1.2.3+build'], ['1.2.4', '1.2.2', '1.2.3-rc.1']],
  ['1.2.3-rc.1', ['1.2.3-rc.1', '1.2.3'], ['1.2.3-beta', '1.2.4']],
  ['^1.2.3-rc.2', ['1.2.3-rc.2', '1.2.3-rc.10', '1.4.0'], ['1.2.3-rc.1', '1.4.0-rc.3']],
  ['*', ['0.0.1', '99.0.0'], ['1.0.0-beta', 'latest']],
])('the range %s', (range, inside, outside) => {
  for (const version of inside) expect([version, satisfies(version, range)]).toEqual([version, true]);
  for (const version of outside) expect([version, satisfies(version, range)]).toEqual([version, false]);
});

test.each(['', '>=1', '1.x.3', 'latest', '^', '1.2.3.4', '1-beta', '^^1'])('%j is no range', (text) => {
  expect(isRange(text)).toBe(false);
  expect(satisfies('1.0.0', text)).toBe(false);
});

test('versions are in the order of their numbers, and pre-releases before their release', () => {
  const sorted = [
    'none',
    '0.9.0',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0',
    '1.2.0',
    '1.10.0',
  ];
  expect(sorted.toReversed().toSorted(compareVersions)).toEqual(sorted);
});
