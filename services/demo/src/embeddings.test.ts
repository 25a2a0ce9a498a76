import fc from 'fast-check';
import { expect, test } from 'vitest';
import { embed, parseEmbeddingsRequest, writeEmbeddings } from './embeddings.ts';

test('every vector has the length 1 and the dimensions asked for', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 64 }), (text, dimensions) => {
      const vector = embed(text, dimensions);
      expect(vector).toHaveLength(dimensions);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    }),
  );
});

test('equal texts have equal vectors, in every version of the demo', () => {
  expect(embed('hello', 2)).toEqual(embed('hello', 2));
  expect([...embed('hello', 2)].map((value) => value.toFixed(6))).toEqual(['0.402541', '0.915402']);
});

test('other texts have other vectors', () => {
  expect(embed('hello', 8)).not.toEqual(embed('hellp', 8));
});

test('an answer is an OpenAI list of embeddings in the order of the inputs', () => {
  expect(answer({ input: ['hello', 'you'] })).toEqual({
    object: 'list',
    data: [
      { object: 'embedding', index: 0, embedding: [...embed('hello', 8)] },
      { object: 'embedding', index: 1, embedding: [...embed('you', 8)] },
    ],
    model: 'embed',
    usage: { prompt_tokens: 2, total_tokens: 2 },
  });
});

test('base64 holds the very numbers of the list', () => {
  const { data } = answer({ input: 'hello', dimensions: 5, encoding_format: 'base64' });
  const bytes = Buffer.from(data[0].embedding, 'base64');
  expect(bytes).toHaveLength(20);
  expect(Array.from({ length: 5 }, (_, index) => bytes.readFloatLE(index * 4))).toEqual([...embed('hello', 5)]);
});

test('tokens are an input too, one or many', () => {
  expect(answer({ input: [1, 2] }).data).toHaveLength(1);
  expect(answer({ input: [[1], [2]] }).data).toHaveLength(2);
});

test.each([
  ['no input', {}, 'input'],
  ['an empty list', { input: [] }, 'input'],
  ['an empty text', { input: ['a', ''] }, 'input'],
  ['an object as input', { input: [{}] }, 'input'],
  ['no dimensions', { input: 'a', dimensions: 0 }, 'dimensions'],
  ['an encoding that is none', { input: 'a', encoding_format: 'hex' }, 'encoding_format'],
])('%s is refused by name', (_claim, body, param) => {
  expect(() => answer(body)).toThrow(expect.objectContaining({ status: 400, param }));
});

function answer(body: object) {
  return JSON.parse(writeEmbeddings(parseEmbeddingsRequest({ model: 'embed', ...body })));
}
