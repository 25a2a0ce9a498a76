// The types of Wend: structural, and few.

export type Type =
  | { readonly kind: Basic }
  /** One of these strings. */
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'list'; readonly of: Type }
  | { readonly kind: 'map'; readonly of: Type }
  | { readonly kind: 'record'; readonly fields: ReadonlyMap<string, Type> }
  /** `T?`; never of an optional. */
  | { readonly kind: 'optional'; readonly of: Type };

export type Basic =
  | 'Bool'
  | 'Int'
  | 'Float'
  | 'String'
  | 'Duration'
  | 'Money'
  | 'Time'
  | 'ModelId'
  | 'Model'
  | 'Json'
  /** Of `null` alone. */
  | 'Null'
  /** Of no value: the items of `[]`. */
  | 'Never'
  /** What could not be typed and was said to be wrong: it fits everywhere, so that one mistake is told once. */
  | 'Unknown';

/** Those that are written by name. */
export const basics: readonly Basic[] = [
  'Bool',
  'Int',
  'Float',
  'String',
  'Duration',
  'Money',
  'Time',
  'ModelId',
  'Model',
  'Json',
];

/** `T?`, once. */
export function optionalOf(type: Type): Type {
  return type.kind === 'optional' || type.kind === 'Null' || type.kind === 'Unknown'
    ? type
    : { kind: 'optional', of: type };
}

/** A record of these fields, for the types that the language itself knows. */
export function recordOf(fields: Readonly<Record<string, Type>>): Type {
  return { kind: 'record', fields: new Map(Object.entries(fields)) };
}
