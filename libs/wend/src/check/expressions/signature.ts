// Types and functions of the library as the reference writes them.
import type { LibraryFunction } from '../../run/library/library-function.ts';
import type { Bindings } from '../../types/from-library.ts';
import type { LibraryType } from '../../types/library-type.ts';
import { show } from '../../types/show.ts';

/** `sort_by(list: [T], key: T => K) -> [T]` */
export function signature({ name, parameters, returns }: LibraryFunction): string {
  const inside = parameters.map(({ name, type, optional }) => `${name}${optional === true ? '?' : ''}: ${text(type)}`);
  return `${name.split(':')[0] ?? name}(${inside.join(', ')}) -> ${text(returns)}`;
}

/** A type with its open places as far as they are known, or with what may stand there. */
export function describe(type: LibraryType, bindings: Bindings): string {
  return text(type, (variable) => {
    const bound = bindings.get(variable.name);
    return bound === undefined ? (variable.within?.join(' or ') ?? variable.name) : show(bound);
  });
}

/** Whether there are open places that nothing is known of. */
export function hasOpen(type: LibraryType, bindings: Bindings): boolean {
  switch (type.kind) {
    case 'variable':
      return !bindings.has(type.name);
    case 'list':
    case 'map':
    case 'optional':
      return hasOpen(type.of, bindings);
    case 'record':
      return [...type.fields.values()].some((field) => hasOpen(field, bindings));
    case 'function':
      return true;
    default:
      return false;
  }
}

type Variable = Extract<LibraryType, { kind: 'variable' }>;

function text(type: LibraryType, nameOf = ({ name }: Variable): string => name): string {
  switch (type.kind) {
    case 'variable':
      return nameOf(type);
    case 'list':
      return `[${text(type.of, nameOf)}]`;
    case 'map':
      return `Map<${text(type.of, nameOf)}>`;
    case 'optional':
      return `${text(type.of, nameOf)}?`;
    case 'record':
      return `{ ${[...type.fields].map(([name, field]) => `${name}: ${text(field, nameOf)}`).join(', ')} }`;
    case 'function': {
      const [only] = type.parameters;
      const inside =
        only !== undefined && type.parameters.length === 1
          ? text(only, nameOf)
          : `(${type.parameters.map((one) => text(one, nameOf)).join(', ')})`;
      return `${inside} => ${text(type.returns, nameOf)}`;
    }
    case 'enum':
      return show(type);
    default:
      return type.kind;
  }
}
