import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asciiJson, modelId, Plan } from './plan.ts';

test('ASCII JSON has printable ASCII only and says the same', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const written = asciiJson(value);
      expect(written).toMatch(/^[\x20-\x7e]*$/);
      expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('a line break, DEL and a character beyond the first plane are escaped', () => {
  expect(asciiJson('a\n\u007fü😀')).toBe('"a\\n\\u007f\\u00fc\\ud83d\\ude00"');
});

test('a plan that says more than we know is read, and says it to the next stop; one that lacks a field is refused', () => {
  const plan = {
    at: 1,
    verb: 'chat',
    stream: false,
    policy: 'builtin',
    route: 'direct',
    candidates: [{ vendor: 'demo', model: 'echo' }],
    attempts: [],
    needs: [],
  };
  expect(Plan.parse({ ...plan, later: true })).toEqual({ ...plan, later: true });
  expect(Plan.safeParse({ ...plan, needs: undefined }).success).toBe(false);
});

test('a model is written as clients write it', () => {
  expect(modelId({ vendor: 'ollama', model: 'llama3:8b' })).toBe('ollama/llama3:8b');
});
