import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChunkMoulds } from './chunk-mould.ts';
import { Heard, isError, isUsageChunk } from './heard.ts';
import { chunk } from './testing.ts';

/** What is known of a stream, and how many of its events were parsed. */
function hear(events: readonly string[], moulds: ChunkMoulds | undefined) {
  const heard = new Heard();
  const usageChunks: string[] = [];
  let parsed = 0;
  for (const event of events) {
    const bytes = moulds?.bytesSaid(event);
    if (bytes !== undefined) {
      heard.takeText(bytes);
      continue;
    }
    parsed += 1;
    let said: unknown;
    try {
      said = JSON.parse(event);
    } catch {
      return { end: 'no JSON', event };
    }
    if (typeof said !== 'object' || said === null || isError(said)) return { end: 'an error', event };
    heard.takeChunk(said);
    moulds?.take(event, said);
    if (isUsageChunk(said)) usageChunks.push(event);
  }
  const { saidBytes, reported, complete, identity } = heard;
  return { known: { saidBytes, reported, complete, identity, usageChunks }, parsed };
}

/** How many of these events are parsed, and that nothing else is known of them than if all were. */
function parsedOf(events: readonly string[]): number | undefined {
  const { parsed, ...known } = hear(events, new ChunkMoulds());
  const { parsed: _all, ...expected } = hear(events, undefined);
  expect(known).toEqual(expected);
  return parsed;
}

const words = ['one ', 'two\n', '"three" \\ /', 'vier é', '五', '😀'];
const delta = (said: object, more: object = {}): string =>
  JSON.stringify({ ...chunk(''), choices: [{ index: 0, delta: said, logprobs: null, finish_reason: null }], ...more });

describe('of a stream one chunk is parsed', () => {
  test.each<[string, (word: string) => string]>([
    ['of content', (content) => delta({ content })],
    [
      'of content with the padding of OpenAI',
      (content) => delta({ content }, { usage: null, obfuscation: content.length.toString(36) }),
    ],
    ['of thoughts', (reasoning_content) => delta({ content: null, reasoning_content })],
    ['of thoughts beside an empty content', (reasoning) => delta({ content: '', reasoning })],
    ['of what a tool is given', (given) => delta({ tool_calls: [{ index: 0, function: { arguments: given } }] })],
    ['with something else said beside', (content) => delta({ refusal: 'never', content })],
  ])('%s', (_of, write) => {
    expect(parsedOf(words.map(write))).toBe(1);
  });
});

describe('it is parsed', () => {
  const like = delta({ content: 'one' });
  test.each<[string, string]>([
    ['a chunk that ends its choice', JSON.stringify(chunk('two', 'stop'))],
    ['an error', '{"error":{"message":"no"}}'],
    ['an error of that form', like.replace('"choices"', '"error":"content","choices"')],
    ['a text with the number of a character', like.replace('one', '\\u0041')],
    ['a text with a line break', like.replace('one', 'o\ne')],
    ['a text that is cut', like.slice(0, like.indexOf('one') + 2)],
    ['a text that goes on behind its end', like.replace('one', 'one","content":"two')],
    ['what has something behind its end', `${like} `],
    ['what is no JSON behind the text', `${like.slice(0, -1)}`],
    ['what ends in a backslash', like.replace('one"', 'one\\"')],
  ])('%s', (_what, event) => {
    const moulds = new ChunkMoulds();
    moulds.take(like, JSON.parse(like) as object);
    expect(moulds.bytesSaid(delta({ content: 'fine' }))).toBe(4);
    expect(moulds.bytesSaid(event)).toBeUndefined();
    parsedOf([like, event, like, event]);
  });

  test('every chunk of a stream that began with chunks which are all different', () => {
    const unlike = [1, 2, 3].map((created) => delta({ content: 'x' }, { created }));
    const alike = words.map((content) => delta({ content }, { created: 4 }));
    expect(parsedOf([...unlike, ...alike])).toBe(3 + alike.length);
    expect(parsedOf([...unlike.slice(1), ...alike])).toBe(3);
  });

  test.each([
    ['usage', delta({ content: 'one' }, { usage: { prompt_tokens: 1 } }), delta({}, { usage: { prompt_tokens: 2 } })],
    ['an end', like.replace('"finish_reason":null', '"finish_reason":"stop"'), JSON.stringify(chunk('', 'length'))],
  ])('%s beside a text, which was told otherwise meanwhile', (_what, event, other) => {
    expect(parsedOf([event, other, event])).toBe(3);
  });

  test('a field of that name that nobody says', () => {
    const events = ['a', 'b', 'c'].map((content) => JSON.stringify({ meta: { content }, ...chunk('said') }));
    expect(parsedOf(events)).toBe(3);
  });

  test('a text that is longer than most', () => {
    expect(parsedOf(Array.from({ length: 3 }, (_, more) => delta({ content: 'x'.repeat(4_000_000 + more) })))).toBe(3);
  });
});

describe('whatever is sent, no more and no less is known of it than if all of it were parsed', () => {
  const text = fc.oneof(
    fc.constantFrom(
      '',
      'a',
      'é',
      '😀',
      '\ud800',
      '"',
      '\\',
      '\n',
      'error',
      '","finish_reason":"stop',
      '\\"content\\":\\"',
      '"content":"',
    ),
    fc.string({ unit: 'binary', maxLength: 6 }),
  );
  const field = fc.constantFrom(
    'content',
    'reasoning',
    'reasoning_content',
    'refusal',
    'role',
    'error',
    'a"content',
    '\\',
  );
  const said = fc.dictionary(field, fc.oneof(text, fc.constant(null)), { maxKeys: 3 });
  const choice = fc.record({
    index: fc.nat(1),
    delta: fc.oneof(
      { weight: 4, arbitrary: said },
      fc.record({
        tool_calls: fc.array(fc.record({ function: fc.record({ name: text, arguments: text }) }), { maxLength: 2 }),
      }),
    ),
    finish_reason: fc.constantFrom(null, null, null, '', 'stop'),
  });
  const usage = fc.constantFrom(null, null, { prompt_tokens: 1, completion_tokens: 2 });
  const event = fc
    .record(
      {
        id: text,
        choices: fc.array(choice, { maxLength: 2 }),
        usage,
        obfuscation: text,
        content: text,
        error: fc.constant(null),
      },
      { requiredKeys: ['choices'] },
    )
    .map((one) => JSON.stringify(one));

  test('of streams whose chunks are all different', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 6 }), (events) => void parsedOf(events)),
      { numRuns: 300 },
    );
  });

  test('of streams whose chunks are cut and pasted: what was a text, a key or an end is another', () => {
    const edit = fc.record({
      from: fc.nat(400),
      length: fc.nat(12),
      put: fc.constantFrom(
        '',
        '"',
        '\\',
        '\\"',
        'x',
        '{',
        '}',
        ',',
        ':',
        '\n',
        '"content":"',
        '"error":1,',
        '\\u00',
        '\\n',
      ),
    });
    const law = fc.property(event, fc.array(edit, { maxLength: 6 }), (first, edits) => {
      const edited = edits.map(({ from, length, put }) => {
        const place = from % (first.length + 1);
        return first.slice(0, place) + put + first.slice(place + length);
      });
      parsedOf([first, ...edited]);
      for (const one of edited) parsedOf([first, one]);
    });
    fc.assert(law, { numRuns: 500 });
  });

  test('of streams that say one thing after the other in the same words', () => {
    const law = fc.property(event, fc.array(text, { minLength: 1, maxLength: 6 }), (first, texts) => {
      const gaps = [...first.matchAll(/"(?:content|reasoning|reasoning_content|arguments)":"/g)];
      for (const { index, 0: marker } of gaps) {
        const start = index + marker.length;
        const end = first.indexOf('"', start);
        const like = texts.map((one) => first.slice(0, start) + JSON.stringify(one).slice(1, -1) + first.slice(end));
        parsedOf([first, ...like]);
      }
    });
    fc.assert(law, { numRuns: 500 });
  });
});
