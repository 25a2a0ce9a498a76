// The body as a policy changes it: fields that it sets, and the most tokens that it lets a model answer. Pure.
import type { Verb } from '@router-mesh/contracts';
import type { Decision } from '@router-mesh/wend';

type Body = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];

/** The body to forward; undefined when it goes on as it came, byte for byte. */
export function reshaped(body: Body, verb: Verb, { transforms, limits }: Decision): Body | undefined {
  const limited = verb === 'embed' ? undefined : limitTokens(body, limits.max_tokens);
  if (transforms.request.length === 0) return limited;
  return transforms.request.reduce<Body>(
    (changed, { path, value }) => setAt(changed, path, value) as Body,
    limited ?? body,
  );
}

/** Under the name that the request uses; where it has none of its own, `max_tokens`, which every vendor knows. */
function limitTokens(body: Body, most: number | undefined): Body | undefined {
  if (most === undefined) return undefined;
  const names = ['max_tokens', 'max_completion_tokens'].filter((name) => typeof body[name] === 'number');
  if (names.length === 0) return { ...body, max_tokens: most };
  const above = names.filter((name) => Number(body[name]) > most);
  return above.length === 0 ? undefined : { ...body, ...Object.fromEntries(above.map((name) => [name, most])) };
}

/** A copy with the value at the path; what stands in the way and is no object or list gives way to one. */
function setAt(whole: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const list = Array.isArray(whole) ? [...(whole as unknown[])] : [];
    // A place behind the end is the end: a list has no holes.
    const place = Math.min(step, list.length);
    list[place] = setAt(list[place], rest, value);
    return list;
  }
  const object = typeof whole === 'object' && whole !== null && !Array.isArray(whole) ? (whole as Body) : {};
  const inner = Object.hasOwn(object, step) ? object[step] : undefined;
  return Object.defineProperty({ ...object }, step, {
    value: setAt(inner, rest, value),
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
