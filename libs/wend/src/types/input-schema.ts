// What a policy may look at, `wend/input/1`, as types (data/input.ts has the values).
import { optionalOf, recordOf, type Type } from './type.ts';

const bool: Type = { kind: 'Bool' };
const int: Type = { kind: 'Int' };
const string: Type = { kind: 'String' };
const strings: Type = { kind: 'list', of: string };
const json: Type = { kind: 'map', of: { kind: 'Json' } };

/** What a deployment may lack (a classifier, the cost service) is optional: the author says what holds then. */
export const inputSchema = {
  request: recordOf({
    kind: { kind: 'enum', values: ['chat', 'embed'] },
    model: string,
    tokens_in: int,
    max_tokens: optionalOf(int),
    stream: bool,
    tools: bool,
    modalities: strings,
    pii: optionalOf(bool),
    lang: optionalOf(string),
    metadata: json,
  }),
  tenant: recordOf({
    id: string,
    path: string,
    tier: { kind: 'enum', values: ['free', 'pro', 'enterprise'] },
    region: optionalOf(string),
    spent: optionalOf({ kind: 'Money' }),
    budget: optionalOf({ kind: 'Money' }),
    quotas: { kind: 'map', of: int },
  }),
  user: recordOf({ id: optionalOf(string), roles: strings }),
  session: recordOf({ id: optionalOf(string) }),
  attributes: json,
  health: {
    kind: 'map',
    of: recordOf({ ok: bool, p95: optionalOf({ kind: 'Duration' }), errors: { kind: 'Float' }, open: bool }),
  },
  now: { kind: 'Time' },
  seed: string,
} as const satisfies Record<string, Type>;

export type InputRoot = keyof typeof inputSchema;

/** Own names only: `constructor` is none. */
export function isInputRoot(name: string): name is InputRoot {
  return Object.hasOwn(inputSchema, name);
}
