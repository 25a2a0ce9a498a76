import { expect, test } from 'vitest';
import { lastWords } from './last-words.ts';

test.each([
  [
    'a fatal line of a service',
    ['{"level":30,"msg":"starting"}', '{"level":60,"msg":"setting X is not known"}'],
    'setting X is not known',
  ],
  [
    'an uncaught error, above its stack',
    ['node:internal', "TypeError [ERR_X]: no 'y'", '    at z', '', 'Node.js v26.10.0'],
    "TypeError [ERR_X]: no 'y'",
  ],
  [
    'the last line of nats-server',
    ['[7] 2026/11/22 18:12:31.769312 [INF] Starting', '[7] 2026/11/22 18:12:31.769312 [FTL] no disk'],
    '[FTL] no disk',
  ],
  ['the last line there is', ['nats-server: no such file'], 'nats-server: no such file'],
  ['nothing', [], 'it said nothing'],
])('%s', (_, lines, words) => {
  expect(lastWords(lines)).toBe(words);
});
