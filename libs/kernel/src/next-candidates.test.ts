import { FailureClass, type Candidate } from '@router-mesh/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextCandidates } from './next-candidates.ts';

const candidate = (model: string, on?: FailureClass[]): Candidate => ({
  vendor: 'a',
  model,
  ...(on === undefined ? {} : { on }),
});
const first = candidate('first');

test.each<[string, Candidate[], FailureClass, string[]]>([
  ['the next is tried after what another may do better', [candidate('b'), candidate('c')], 'timeout', ['b', 'c']],
  ['nobody is after what is wrong with the request', [candidate('b')], 'bad_request', []],
  ['nobody is after refused content', [candidate('b')], 'content_filter', []],
  ['one that names the class is, whatever it is', [candidate('b', ['content_filter'])], 'content_filter', ['b']],
  ['one that names others is left out', [candidate('b', ['timeout']), candidate('c')], 'server_error', ['c']],
  ['one that names none is never tried', [candidate('b', []), candidate('c')], 'timeout', ['c']],
  ['what stands before the one that fits is gone', [candidate('b'), candidate('c', ['auth'])], 'auth', ['b', 'c']],
  [
    'what stands before the one that fits is gone',
    [candidate('b'), candidate('c', ['bad_request'])],
    'bad_request',
    ['c'],
  ],
  ['a provider that is not running is a class like any other', [candidate('b', ['timeout'])], 'not_running', []],
])('%s', (_claim, others, failure, expected) => {
  expect(nextCandidates([first, ...others], failure).map(({ model }) => model)).toEqual(expected);
});

describe('whatever the plan says', () => {
  const classes = fc.constantFrom(...FailureClass.options);
  const candidates = fc.array(
    fc.record({ vendor: fc.constant('a'), model: fc.string(), on: fc.option(fc.array(classes), { nil: undefined }) }),
  );

  test('what is left is the end of the list, its first is for that failure, and it is shorter than before', () => {
    fc.assert(
      fc.property(candidates, classes, (given, failure) => {
        const left = nextCandidates(given, failure);
        expect(left).toEqual(given.slice(given.length - left.length));
        if (given.length > 0) expect(left.length).toBeLessThan(given.length);
        if (left[0]?.on !== undefined) expect(left[0].on).toContain(failure);
      }),
    );
  });
});
