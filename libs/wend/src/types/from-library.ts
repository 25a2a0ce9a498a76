// Signatures of the library: filling in the open places of a type from the arguments.
import { isAssignable, join } from './assignable.ts';
import type { LibraryType } from './library-type.ts';
import { optionalOf, type Type } from './type.ts';

/** What the open places were found to be. */
export type Bindings = Map<string, Type>;

/** The type with its open places filled in; those not found yet become `missing`. */
export function fill(type: LibraryType, bindings: Bindings, missing: Type): Type {
  switch (type.kind) {
    case 'variable':
      return bindings.get(type.name) ?? missing;
    case 'list':
    case 'map':
      return { kind: type.kind, of: fill(type.of, bindings, missing) };
    case 'optional':
      return optionalOf(fill(type.of, bindings, missing));
    case 'record':
      return {
        kind: 'record',
        fields: new Map([...type.fields].map(([name, field]) => [name, fill(field, bindings, missing)])),
      };
    case 'function':
      return { kind: 'Unknown' };
    case 'enum':
      return type;
    default:
      return { kind: type.kind };
  }
}

/** Whether a value of `actual` fits; what it says of the open places is added to the bindings. */
export function bind(pattern: LibraryType, actual: Type, bindings: Bindings): boolean {
  if (actual.kind === 'Unknown') return true;
  switch (pattern.kind) {
    case 'variable':
      return bindVariable(pattern, actual, bindings);
    case 'optional':
      if (actual.kind === 'Null') return true;
      return bind(pattern.of, actual.kind === 'optional' ? actual.of : actual, bindings);
    case 'list':
    case 'map':
      return actual.kind === 'Never' || (actual.kind === pattern.kind && bind(pattern.of, actual.of, bindings));
    case 'record':
      if (actual.kind !== 'record') return actual.kind === 'Never';
      return [...pattern.fields].every(([name, type]) => {
        const own = actual.fields.get(name);
        return own !== undefined && bind(type, own, bindings);
      });
    case 'function':
      return false;
    default:
      return isAssignable(actual, fill(pattern, bindings, { kind: 'Unknown' }));
  }
}

function bindVariable(variable: Extract<LibraryType, { kind: 'variable' }>, actual: Type, bindings: Bindings): boolean {
  if (variable.within?.some((kind) => isAssignable(actual, { kind })) === false) return false;
  const before = bindings.get(variable.name);
  const joined = before === undefined ? actual : join(before, actual);
  if (joined === undefined) return false;
  bindings.set(variable.name, joined);
  return true;
}
