import { headers, MsgHdrsImpl } from '@nats-io/nats-core/internal';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyScriptLine, headerBlock, headerLine, readBlock } from './header-block.ts';

const name = fc.stringMatching(/^[!-9;-~]{1,20}$/);
const value = fc.stringMatching(/^[ -~]{0,40}$/);
const entries = fc.array(fc.tuple(name, value), { maxLength: 15 });

/** As the client library reads it. */
function readByLibrary(block: string): Record<string, string[]> {
  return MsgHdrsImpl.decode(Buffer.from(block)).toRecord();
}

test('the client library reads our blocks as it reads its own', () => {
  fc.assert(
    fc.property(entries, (entries) => {
      const block = headerBlock(entries.map(([name, value]) => headerLine(name, value)).join(''));
      const encoded = headers() as MsgHdrsImpl;
      for (const [name, value] of entries) encoded.append(name, value);
      expect(readByLibrary(block)).toEqual(encoded.toRecord());
    }),
  );
});

test('we read the blocks of the client library as it does itself, in any script', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/[\r\n]/.test(text));
  fc.assert(
    fc.property(fc.array(fc.tuple(name, text)), fc.option(fc.integer({ min: 100, max: 999 })), (entries, code) => {
      const encoded = (code === null ? headers() : headers(code, 'said')) as MsgHdrsImpl;
      for (const [name, value] of entries) encoded.append(name, value);
      const block = Buffer.from(encoded.encode()).toString();
      const read = readBlock(block === '' ? headerBlock('') : block);
      expect([read.toRecord(), read.status]).toEqual([encoded.toRecord(), encoded.status]);
      for (const name of ['absent', ...encoded.keys()])
        expect([read.get(name), read.has(name)]).toEqual([encoded.get(name), encoded.has(name)]);
    }),
  );
});

test('of whatever bytes anybody sends we read what the client library reads, or nothing', () => {
  const piece = fc.constantFrom(
    'NATS/1.0',
    '\r\n',
    '\r',
    '\n',
    ':',
    ' ',
    'a',
    'B',
    'ä',
    '\0',
    'Nats-Rollup: all',
    '503',
  );
  const block = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''));
  let refused = 0;
  fc.assert(
    fc.property(
      fc.oneof(
        block,
        block.map((block) => `NATS/1.0\r\n${block}\r\n\r\n`),
      ),
      (block) => {
        let read: MsgHdrsImpl;
        try {
          read = readBlock(block);
        } catch {
          refused += 1;
          return;
        }
        expect(read.toRecord()).toEqual(readByLibrary(block));
      },
    ),
    { numRuns: 2000 },
  );
  expect(refused).toBeLessThan(2000);
});

test.each(['a\r\nNats-Rollup: all', 'a\n', '\r', '\u010a', 'ä', '\0', '\u2028', '\t'])(
  'the value %j is refused, and not told',
  (value) => {
    expect(() => headerLine('Router-Request', `secret${value}`)).toThrow(
      expect.objectContaining({ code: 'internal', message: 'header Router-Request is no line of printable ASCII' }),
    );
  },
);

test('a value of any script may stand where a subject does, as long as it ends no line', () => {
  expect(readBlock(headerBlock(anyScriptLine('Router-Reply', '_INBOX.größe.\u010a'))).get('Router-Reply')).toBe(
    '_INBOX.größe.\u010a',
  );
  for (const bad of ['a\r\nNats-Rollup: all', 'a\n', '\r', '\0', '\t', '\x7f'])
    expect(() => anyScriptLine('Router-Reply', bad)).toThrow('header Router-Reply is no line');
});

test.each([
  'NATS/1.0\r\na: b\nc: d\r\n\r\n',
  'NATS/1.0\r\na: b\rc: d\r\n\r\n',
  'NATS/1.0\na: b\r\n\r\n',
  'NATS/1.0\r\na: b\r',
])('half a line break, which others may take for a whole one, is refused: %j', (block) => {
  expect(() => readBlock(block)).toThrow(/half a line break/);
});
