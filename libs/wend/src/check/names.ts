// What the names of a source mean beyond its blocks: its own, then what it imports, then the layers above it, the nearest first.
import type { IrFunction, Ref, Unit } from '../ir/ir.ts';
import { library } from '../run/library/index.ts';
import type { LibraryFunction } from '../run/library/library-function.ts';
import type { Type } from '../types/type.ts';

export interface FunctionName {
  readonly name: string;
  readonly ref: Ref;
  readonly parameters: readonly Type[];
  readonly returns: Type;
  readonly open: boolean;
}

export interface ValueName {
  readonly name: string;
  readonly ref: Ref;
  readonly kind: 'param' | 'const';
  readonly type: Type;
}

/** Another unit as this one sees it: its number is that of `Ref.unit`. */
export interface Used {
  readonly number: number;
  readonly unit: Unit;
  /** Of an import; then its names stand behind this one. */
  readonly as: string | undefined;
}

type Found<Item> = Item | 'ambiguous' | undefined;

export class Names {
  readonly functions = new Map<string, FunctionName>();
  readonly values = new Map<string, ValueName>();
  readonly types = new Map<string, Type>();
  /** Own ones, before they are reached. */
  readonly laterTypes = new Set<string>();
  readonly laterValues = new Set<string>();
  readonly imports: readonly Used[];
  readonly bases: readonly Used[];
  /** Own names that something uses, `fn f` and `value x`, and numbers of imports. */
  readonly used = new Set<string>();
  /** What imports that are not known are called. */
  readonly missing: ReadonlySet<string>;
  /** An import without `as` is not known: any name may be of it. */
  readonly incomplete: boolean;

  constructor(imports: readonly Used[], bases: readonly Used[], missing: ReadonlySet<string>, incomplete: boolean) {
    this.imports = imports;
    this.bases = bases;
    this.missing = missing;
    this.incomplete = incomplete;
  }

  ownValue(name: string): ValueName | undefined {
    return this.values.get(name);
  }

  function(name: string): Found<FunctionName> {
    const own = this.functions.get(name);
    if (own === undefined) return this.#elsewhere((used) => functionIn(used, name));
    this.used.add(`fn ${name}`);
    return own;
  }

  value(name: string): Found<ValueName> {
    const own = this.values.get(name);
    if (own === undefined) return this.baseParam(name) ?? this.#elsewhere((used) => valueIn(used, name));
    this.used.add(`value ${name}`);
    return own;
  }

  /** The param of a layer above, as the one that declared it: what layers between set is its value, not another. */
  baseParam(name: string): ValueName | undefined {
    const base = this.bases.findLast((used) => valueIn(used, name) !== undefined);
    const found = base && valueIn(base, name);
    return found?.kind === 'param' ? found : undefined;
  }

  /** Whether a layer above has something of this name, of which this is another value or body. */
  isOfBases(kind: 'fn' | 'param' | 'const', name: string): boolean {
    return this.bases.some((used) => (kind === 'fn' ? functionIn(used, name) : valueIn(used, name)) !== undefined);
  }

  type(name: string): Found<Type> {
    return this.types.get(name) ?? this.#elsewhere(({ unit }) => unit.types.get(name));
  }

  isSpace(name: string): boolean {
    return this.imports.some(({ as }) => as === name);
  }

  /** The import that is called so. */
  space(name: string): Used | undefined {
    const used = this.imports.find(({ as }) => as === name);
    if (used !== undefined) this.used.add(`import ${used.number}`);
    return used;
  }

  libraryFunction(name: string): LibraryFunction | undefined {
    return name.includes(':') ? undefined : library.get(name);
  }

  *functionNames(): Iterable<string> {
    yield* this.functions.keys();
    for (const { unit } of this.#open()) for (const { name } of unit.functions) yield name;
    for (const name of library.keys()) if (!name.includes(':')) yield name;
  }

  *valueNames(): Iterable<string> {
    yield* this.values.keys();
    for (const { unit } of this.#open()) for (const { name } of unit.values) yield name;
  }

  *typeNames(): Iterable<string> {
    yield* this.types.keys();
    for (const { unit } of this.#open()) yield* unit.types.keys();
  }

  #elsewhere<Item>(find: (used: Used) => Item | undefined): Found<Item> {
    const imported = this.imports.flatMap((used) => {
      const found = used.as === undefined ? find(used) : undefined;
      return found === undefined ? [] : [{ found, used }];
    });
    for (const { used } of imported) this.used.add(`import ${used.number}`);
    if (imported.length > 1) return 'ambiguous';
    if (imported[0] !== undefined) return imported[0].found;
    for (const base of this.bases) {
      const found = find(base);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #open(): readonly Used[] {
    return [...this.imports.filter(({ as }) => as === undefined), ...this.bases];
  }
}

export function functionIn({ unit, number }: Used, name: string): FunctionName | undefined {
  const index = placeOf(unit.functions, name);
  const found = unit.functions[index];
  return found && { ...signatureOf(found), ref: { unit: number, index } };
}

export function valueIn({ unit, number }: Used, name: string): ValueName | undefined {
  const index = placeOf(unit.values, name);
  const found = unit.values[index];
  return found && { name, kind: found.kind, type: found.type, ref: { unit: number, index } };
}

function signatureOf({ name, parameters, returns, open }: IrFunction): Omit<FunctionName, 'ref'> {
  return { name, parameters, returns, open };
}

const places = new WeakMap<readonly { readonly name: string }[], ReadonlyMap<string, number>>();

/** Where something of a name stands, or -1. Units are shared and long-lived: their names are indexed once. */
export function placeOf(items: readonly { readonly name: string }[], name: string): number {
  let known = places.get(items);
  if (known === undefined) {
    known = new Map(items.map((item, index) => [item.name, index]));
    places.set(items, known);
  }
  return known.get(name) ?? -1;
}
