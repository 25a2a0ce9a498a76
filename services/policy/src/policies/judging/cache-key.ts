// The key under which an answer may be kept: a hash of all that it may depend on. Pure.
import { createHash } from 'node:crypto';

export interface Keyed {
  readonly tenant: string;
  /** Of the bundle that judged. */
  readonly digest: string;
  /** As the policy says. */
  readonly key: string;
  readonly verb: string;
  /** As it goes to the model. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** How it is answered, by which model (the provider's stop adds it) and for whom says nothing of what is answered. */
const left: ReadonlySet<string> = new Set(['stream', 'stream_options', 'router', 'model', 'user']);

/**
 * SHA-256 in hex over tenant, bundle, key, verb and body.
 *
 * INVARIANT (no other tenant's answer): the tenant is in the hash, so no expression of a policy can name what another one's request was answered.
 */
export function cacheKey({ tenant, digest, key, verb, body }: Keyed): string {
  const asked = Object.fromEntries(Object.entries(body).filter(([field]) => !left.has(field)));
  return createHash('sha256')
    .update(canonical([tenant, digest, key, verb, asked]))
    .digest('hex');
}

/** JSON in which the fields of objects stand in the order of their names: two spellings of one body are one. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`);
  return `{${fields.join(',')}}`;
}
