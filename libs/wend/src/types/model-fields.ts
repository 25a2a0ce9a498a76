// `Model`: what a policy may read of one (data/catalogue.ts has the values).
import { optionalOf, type Type } from './type.ts';

const strings: Type = { kind: 'list', of: { kind: 'String' } };

/** What is not known of a model is null: no price must not look like a low one. */
export const modelFields: ReadonlyMap<string, Type> = new Map<string, Type>([
  ['id', { kind: 'ModelId' }],
  ['vendor', { kind: 'String' }],
  ['name', { kind: 'String' }],
  ['region', optionalOf({ kind: 'String' })],
  ['price_in', optionalOf({ kind: 'Money' })],
  ['price_out', optionalOf({ kind: 'Money' })],
  ['context_tokens', optionalOf({ kind: 'Int' })],
  ['max_output_tokens', optionalOf({ kind: 'Int' })],
  ['modalities', strings],
  ['tools', optionalOf({ kind: 'Bool' })],
  ['verbs', strings],
]);
