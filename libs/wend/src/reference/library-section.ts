// The functions of the library, in the reference.
import { library } from '../run/library/index.ts';
import type { LibraryFunction, LibraryParameter } from '../run/library/library-function.ts';
import type { LibraryType } from '../types/library-type.ts';
import { code, table } from './markdown.ts';

const groupTitles: Readonly<Record<LibraryFunction['group'], string>> = {
  strings: 'Strings',
  lists: 'Lists and maps',
  conversions: 'Conversions',
  numbers: 'Numbers',
  time: 'Time',
  routing: 'Models and routing',
  other: 'Other',
};

/** A table a group, a row a function; those that share a name have a row each. */
export function librarySection(): string[] {
  const all = [...library.values()];
  return Object.entries(groupTitles).flatMap(([group, title]) => {
    const own = all.filter((one) => one.group === group);
    return own.length === 0 ? [] : [`### ${title}`, table(['function', '', 'examples', 'fuel besides'], own.map(row))];
  });
}

function row(one: LibraryFunction): string[] {
  const examples = one.examples.map(([source, value]) => `${code(source)} → ${code(JSON.stringify(value))}`);
  return [code(signature(one)), one.summary, examples.join('<br>'), one.price ?? ''];
}

/** `filter(list: [T], f: T => Bool) -> [T]`; what an open type may be stands behind it. */
export function signature({ name, parameters, returns }: LibraryFunction): string {
  const [shown = ''] = name.split(':');
  const bounds = new Map(parameters.flatMap(({ type }) => boundsIn(type)));
  const where = [...bounds].map(([variable, kinds]) => `${variable}: ${kinds}`).join(', ');
  const text = `${shown}(${parameters.map(showParameter).join(', ')}) -> ${showType(returns)}`;
  return where === '' ? text : `${text} where ${where}`;
}

function boundsIn(type: LibraryType): (readonly [variable: string, kinds: string])[] {
  switch (type.kind) {
    case 'variable':
      return type.within === undefined ? [] : [[type.name, type.within.join(' | ')]];
    case 'list':
    case 'map':
    case 'optional':
      return boundsIn(type.of);
    case 'record':
      return [...type.fields.values()].flatMap(boundsIn);
    case 'function':
      return [...type.parameters, type.returns].flatMap(boundsIn);
    default:
      return [];
  }
}

function showParameter({ name, type, optional }: LibraryParameter): string {
  return `${name}${optional === true ? '?' : ''}: ${showType(type)}`;
}

function showType(type: LibraryType): string {
  switch (type.kind) {
    case 'enum':
      return type.values.map((value) => JSON.stringify(value)).join(' | ');
    case 'list':
      return `[${showType(type.of)}]`;
    case 'map':
      return `Map<${showType(type.of)}>`;
    case 'optional':
      return `${showType(type.of)}?`;
    case 'record':
      return `{ ${[...type.fields].map(([name, field]) => `${name}: ${showType(field)}`).join(', ')} }`;
    case 'variable':
      return type.name;
    case 'function':
      return `${showParameters(type.parameters)} => ${showType(type.returns)}`;
    default:
      return type.kind;
  }
}

function showParameters(types: readonly LibraryType[]): string {
  const shown = types.map(showType).join(', ');
  return types.length === 1 ? shown : `(${shown})`;
}
