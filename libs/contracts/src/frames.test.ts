import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EndFrame, formatSequence, parseSequence } from './frames.ts';

describe('a sequence', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(fc.nat(999_999_999), fc.nat(999_999_999), (leg, n) => {
        expect(parseSequence(formatSequence({ leg, n }))).toEqual({ leg, n });
      }),
    );
  });

  test.each(['', '1', '1.', '.1', '-1.0', '1.0.0', '1.x', ' 1.0', '1.0 ', '1e3.0', '1234567890.0'])(
    '"%s" is none',
    (text) => {
      expect(parseSequence(text)).toBeUndefined();
    },
  );
});

test('an end frame that says more than we know is read', () => {
  const router = {
    request: '01',
    provider: 'demo',
    model: 'echo',
    route: 'direct',
    policy: 'builtin',
    attempts: [],
    trail: [],
  };
  const end = { usage: { input_tokens: 1, output_tokens: 2, estimated: false }, router, usage_stored: true };
  expect(EndFrame.parse({ ...end, later: 1, router: { ...router, cost: '0.01' } })).toEqual(end);
});
