// A type as an author writes it.
import type { Type } from './type.ts';

const longest = 200;

/** Cut where it is longer than a line or two. */
export function show(type: Type): string {
  const text = showIn(type, longest);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** @param room stops the work where the text is cut anyway */
function showIn(type: Type, room: number): string {
  if (room < 0) return '…';
  switch (type.kind) {
    case 'enum':
      return showEnum(type.values);
    case 'list':
      return `[${showIn(type.of, room - 2)}]`;
    case 'map':
      return `Map<${showIn(type.of, room - 5)}>`;
    case 'optional':
      return type.of.kind === 'enum' ? `(${showIn(type.of, room)})?` : `${showIn(type.of, room - 1)}?`;
    case 'record':
      return showRecord(type.fields, room);
    case 'Null':
      return 'null';
    case 'Never':
      return 'nothing';
    default:
      return type.kind;
  }
}

function showEnum(values: readonly string[]): string {
  const shown = values.slice(0, longest / 4).map((value) => JSON.stringify(value));
  return [...shown, ...(shown.length < values.length ? ['…'] : [])].join(' | ');
}

function showRecord(fields: ReadonlyMap<string, Type>, room: number): string {
  let text = '{';
  for (const [name, type] of fields) {
    if (text.length > room) return `${text} …`;
    const key = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : JSON.stringify(name);
    text += `${text === '{' ? '' : ','} ${key}: ${showIn(type, room - text.length)}`;
  }
  return `${text} }`;
}
