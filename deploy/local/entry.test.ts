import { expect, test } from 'vitest';
import { readEntry, showFields } from './entry.ts';

const pino =
  '{"level":50,"time":1,"service":"provider","instance":"ab","err":{"type":"Error","message":"no way","stack":"…"},"stop":"cost","msg":"a stop failed"}';

test.each([
  [pino, 50, 'a stop failed', 'err="no way" stop=cost'],
  [
    '{"level":30,"time":1,"http":"http://127.0.0.1:1","stops":["a","b"],"n":2,"why":"two words","msg":"ready"}',
    30,
    'ready',
    'http=http://127.0.0.1:1 stops=a,b n=2 why="two words"',
  ],
  ['[7] 2026/11/22 18:12:31.769312 [INF]   Version:  2.15.1', 30, '  Version:  2.15.1', ''],
  ['[7] 2026/11/22 18:12:31.769312 [ERR] disk full', 50, 'disk full', ''],
  [
    '[7] 2026/11/22 18:12:31.769312 [WRN] Plaintext passwords detected, use nkeys or bcrypt',
    30,
    'Plaintext passwords detected, use nkeys or bcrypt',
    '',
  ],
  ['{"demo":"http://127.0.0.1:4280"}', 30, '', 'demo=http://127.0.0.1:4280'],
  ['{ not JSON', 30, '{ not JSON', ''],
])('%s', (line, level, message, fields) => {
  const entry = readEntry(line, false);
  expect({ level: entry.level, message: entry.message, fields: showFields(entry.fields) }).toEqual({
    level,
    message,
    fields,
  });
});

test('a plain line is a warning on stderr', () => {
  expect(readEntry('    at file.ts:1', true)).toMatchObject({ level: 40, labelled: false });
});
