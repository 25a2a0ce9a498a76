/** Arguments for a tool call, made from the tool's JSON schema: the least that the schema asks for, the same each time. */
import { isFields } from './chat-request.ts';

/**
 * Make arguments: every required property, a string as its own name (or the first of its `enum`), a number as its
 * `minimum` or 1, a boolean as true, an object by the same rule, an array empty. Other types are left out.
 *
 *     makeArguments({ type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }) // { city: 'city' }
 */
export function makeArguments(schema: unknown): Record<string, unknown> {
  if (!isFields(schema) || !isFields(schema['properties']) || !Array.isArray(schema['required'])) return {};
  const made: Record<string, unknown> = {};
  for (const name of schema['required'] as readonly unknown[]) {
    if (typeof name !== 'string') continue;
    const value = makeValue(name, schema['properties'][name]);
    if (value !== undefined) made[name] = value;
  }
  return made;
}

function makeValue(name: string, schema: unknown): unknown {
  if (!isFields(schema)) return undefined;
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  switch (schema['type']) {
    case 'string':
      return name;
    case 'number':
    case 'integer':
      return schema['minimum'] ?? 1;
    case 'boolean':
      return true;
    case 'object':
      return makeArguments(schema);
    case 'array':
      return [];
    default:
      return undefined;
  }
}
