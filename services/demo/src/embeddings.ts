/** The `embed` model: unit vectors made from a hash of the text, so that equal texts have equal vectors everywhere. */
import { invalid, missing } from './api-error.ts';
import { parseFields, parseModel } from './chat-request.ts';
import { countTokens } from './texts.ts';
import { parseTold, type Told } from './told.ts';

/** The one model that embeds. */
export const embeddingModel = 'embed';

/** An embeddings request; an input given as token numbers is their text, `1 2 3`. */
export interface EmbeddingsRequest {
  readonly model: string;
  readonly inputs: readonly string[];
  readonly dimensions: number;
  readonly base64: boolean;
  readonly told: Told;
}

/**
 * Read an embeddings request.
 * @throws ApiError 400 naming the parameter
 */
export function parseEmbeddingsRequest(body: unknown): EmbeddingsRequest {
  const fields = parseFields(body);
  const { dimensions = 8, encoding_format: format = 'float' } = fields;
  if (!Number.isInteger(dimensions) || Number(dimensions) < 1 || Number(dimensions) > 4096) {
    throw invalid('dimensions', 'an integer from 1 to 4096');
  }
  if (format !== 'float' && format !== 'base64') throw invalid('encoding_format', "'float' or 'base64'");
  return {
    model: parseModel(fields),
    inputs: parseInputs(fields['input']),
    dimensions: Number(dimensions),
    base64: format === 'base64',
    told: parseTold(fields['demo']),
  };
}

/** The answer as a `list` of `embedding` objects, as JSON text. */
export function writeEmbeddings({ model, inputs, dimensions, base64, told }: EmbeddingsRequest): string {
  const data = inputs.map((input, index) => {
    const vector = embed(input, dimensions);
    return { object: 'embedding', index, embedding: base64 ? encode(vector) : [...vector] };
  });
  const tokens = countTokens(...inputs);
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  return JSON.stringify({ object: 'list', data, model, ...(!told.no_usage && { usage }) });
}

/** The text's vector, of length 1: FNV-1a of the text seeds mulberry32, which draws each dimension. */
export function embed(text: string, dimensions: number): Float32Array {
  const draw = mulberry32(fnv1a(text));
  const vector = Float32Array.from({ length: dimensions }, () => draw() * 2 - 1);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function parseInputs(input: unknown): string[] {
  if (input === undefined) throw missing('input');
  const inputs: unknown[] = Array.isArray(input) && typeof input[0] !== 'number' ? input : [input];
  if (inputs.length === 0 || inputs.length > 2048) throw invalid('input', 'from 1 to 2048 inputs');
  return inputs.map(parseInput);
}

function parseInput(input: unknown): string {
  const text = Array.isArray(input) && input.every(Number.isInteger) ? input.join(' ') : input;
  if (typeof text === 'string' && text !== '') return text;
  throw invalid('input', 'strings or arrays of tokens, none empty');
}

/** OpenAI's base64: the vector's 32-bit floats, little-endian. */
function encode(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Tommy Ettinger's mulberry32: a fraction of 1 each time. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
