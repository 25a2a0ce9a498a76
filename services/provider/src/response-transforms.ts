// The fields that a plan sets in an answer before it goes to the client: in a whole one, and in every chunk of a stream.
import type { ResponseTransform } from '@router-mesh/contracts';
import { isExactNumber, parseExactly } from './exact-json.ts';

/** What an answer is, and what it cost, is not for a policy to say. Its language refuses these; a plan that names one all the same is not followed. */
const untouchable: readonly unknown[] = ['id', 'object', 'created', 'model', 'choices', 'usage', 'router'];

/** The transforms of one answer. A field that cannot be set is left as it is, and counted. */
export class ResponseTransforms {
  readonly #transforms: readonly ResponseTransform[];
  /** How many fields could not be set, over all chunks. */
  skipped = 0;

  constructor(transforms: readonly ResponseTransform[]) {
    this.#transforms = transforms;
  }

  whole(answer: object): object {
    let changed = answer;
    for (const { path, value } of this.#transforms) {
      const next = untouchable.includes(path[0]) ? undefined : setField(changed, path, value);
      if (next === undefined) this.skipped += 1;
      else changed = next as object;
    }
    return changed;
  }

  /** @param text JSON of an answer or of a chunk, which is an object */
  json(text: string): string {
    return JSON.stringify(this.whole(parseExactly(text) as object));
  }
}

/**
 * A copy of a JSON value with one field set; objects that are not there are made.
 * @returns undefined when the path leads through something that is no object, or to a place that its list does not have
 */
export function setField(into: unknown, path: ResponseTransform['path'], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(into)) {
    if (typeof key !== 'number' || key >= into.length) return undefined;
    const inner = setField(into[key], rest, value);
    return inner === undefined ? undefined : into.with(key, inner);
  }
  if (typeof into !== 'object' || into === null || isExactNumber(into) || typeof key !== 'string') return undefined;
  const held: unknown = Object.hasOwn(into, key) ? (into as Record<string, unknown>)[key] : {};
  const inner = setField(held, rest, value);
  // A computed name and a spread define fields of the object's own, be they called `__proto__`.
  return inner === undefined ? undefined : { ...into, [key]: inner };
}
