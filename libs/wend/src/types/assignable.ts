// Which type fits where another is asked for.
import { optionalOf, type Type } from './type.ts';

/**
 * Whether a value of `from` may stand where `to` is asked for, without a conversion.
 *
 * Int is a Float, an enum and a ModelId a String, `T` a `T?`; lists and maps follow their items, since values never change; a record may have more fields.
 * INVARIANT (fields are what they say): a field that is absent from the type is not known to be absent from the value, so it does not pass for an optional one.
 * A literal does, where it stands: its type then says `Null` (literals.ts).
 */
export function isAssignable(from: Type, to: Type): boolean {
  if (from === to || from.kind === 'Unknown' || to.kind === 'Unknown' || from.kind === 'Never') return true;
  if (to.kind === 'Json') return isPlain(from);
  if (to.kind === 'optional')
    return from.kind === 'Null' || isAssignable(from.kind === 'optional' ? from.of : from, to.of);
  switch (from.kind) {
    case 'Int':
      return to.kind === 'Int' || to.kind === 'Float';
    case 'ModelId':
      return to.kind === 'ModelId' || to.kind === 'String';
    case 'enum':
      return to.kind === 'String' || (to.kind === 'enum' && isSubset(from.values, to.values));
    case 'list':
    case 'map':
      return to.kind === from.kind && isAssignable(from.of, to.of);
    case 'record':
      return to.kind === 'record' && [...to.fields].every(([name, type]) => hasField(from.fields, name, type));
    default:
      return from.kind === to.kind;
  }
}

/** Both ways. */
export function isSameType(one: Type, other: Type): boolean {
  return isAssignable(one, other) && isAssignable(other, one);
}

/**
 * What JSON has, and what is made of it: a Duration, Money, Time or Model must be turned into one of those first.
 *
 * Of a record the fields that its type has are looked at. One that it has beyond them goes with it, as JSON has it (a number, an id).
 */
function isPlain(type: Type): boolean {
  switch (type.kind) {
    case 'Bool':
    case 'Int':
    case 'Float':
    case 'String':
    case 'ModelId':
    case 'Json':
    case 'Null':
    case 'Never':
    case 'Unknown':
    case 'enum':
      return true;
    case 'list':
    case 'map':
    case 'optional':
      return isPlain(type.of);
    case 'record':
      return [...type.fields.values()].every(isPlain);
    default:
      return false;
  }
}

/** The least type that both fit; undefined where there is none but "anything". */
export function join(one: Type, other: Type): Type | undefined {
  if (one.kind === 'Unknown' || other.kind === 'Unknown') return { kind: 'Unknown' };
  if (one.kind === 'Null' || one.kind === 'optional' || other.kind === 'Null' || other.kind === 'optional') {
    const of = join(presentOf(one), presentOf(other));
    return of && optionalOf(of);
  }
  if (one.kind === 'record' && other.kind === 'record') return joinRecords(one.fields, other.fields);
  if (isAssignable(one, other)) return other;
  if (isAssignable(other, one)) return one;
  if (one.kind === 'enum' && other.kind === 'enum')
    return { kind: 'enum', values: [...new Set([...one.values, ...other.values])] };
  if (isText(one) && isText(other)) return { kind: 'String' };
  if ((one.kind === 'list' || one.kind === 'map') && one.kind === other.kind) {
    const of = join(one.of, other.of);
    return of && { kind: one.kind, of };
  }
  return undefined;
}

/** Without the `?`; of null alone, the type of no value. */
export function presentOf(type: Type): Type {
  return type.kind === 'optional' ? type.of : type.kind === 'Null' ? { kind: 'Never' } : type;
}

/** The fields that both have. */
function joinRecords(one: ReadonlyMap<string, Type>, other: ReadonlyMap<string, Type>): Type | undefined {
  const fields = new Map<string, Type>();
  for (const [name, type] of one) {
    const second = other.get(name);
    if (second === undefined) continue;
    const joined = join(type, second);
    if (joined === undefined) return undefined;
    fields.set(name, joined);
  }
  return { kind: 'record', fields };
}

function hasField(fields: ReadonlyMap<string, Type>, name: string, type: Type): boolean {
  const own = fields.get(name);
  return own !== undefined && isAssignable(own, type);
}

function isText({ kind }: Type): boolean {
  return kind === 'String' || kind === 'enum' || kind === 'ModelId';
}

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

function isSubset(part: readonly string[], whole: readonly string[]): boolean {
  if (part.length === 1) return whole.includes(part[0] ?? '');
  let set = sets.get(whole);
  if (set === undefined) {
    set = new Set(whole);
    sets.set(whole, set);
  }
  return part.every((value) => set.has(value));
}
