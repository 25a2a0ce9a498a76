// Fields of records, keys of maps, places of lists.
import { didYouMean } from '../../diagnostics/suggest.ts';
import type { Ir } from '../../ir/ir.ts';
import type { Index, Member } from '../../syntax/tree.ts';
import { modelFields } from '../../types/model-fields.ts';
import { show } from '../../types/show.ts';
import { optionalOf, type Type } from '../../types/type.ts';
import { expect, infer, narrowHelp } from '../expressions.ts';
import { valueIn } from '../names.ts';
import { report, unknown, type Place, type Typed } from '../place.ts';
import { seen } from './identifiers.ts';

export function inferMember(place: Place, node: Member): Typed {
  const imported = ofImport(place, node);
  if (imported !== undefined) return imported;
  const of = infer(place, node.of);
  if (of.type.kind === 'Unknown' || of.type.kind === 'Never') return unknown(place);
  const isOptional = of.type.kind === 'optional';
  const base = of.type.kind === 'optional' ? of.type.of : of.type;
  if (isOptional && !node.optional)
    report(
      place,
      'E103',
      node.name,
      `what has the field "${node.name.text}" may be null`,
      `"?.${node.name.text}" is null then; or ask for "!= null" first`,
    );
  const field = fieldOf(place, node, base);
  if (field === undefined) return unknown(place);
  const path = of.path === undefined ? undefined : `${of.path}.${node.name.text}`;
  const name = place.unit.constants.indexOf(node.name.text);
  const asks = isOptional && node.optional;
  const ir: Ir = { kind: asks ? 'optional-field' : 'field', of: of.ir, name };
  return seen(place, path, ir, asks ? optionalOf(field) : field, asks ? of.proves : []);
}

/** `lib.name`: a const of an import. */
function ofImport(place: Place, node: Member): Typed | undefined {
  if (node.of.kind !== 'identifier' || place.scope.find(node.of.name) !== undefined) return undefined;
  const space = place.unit.names.space(node.of.name);
  if (space === undefined) return place.unit.names.missing.has(node.of.name) ? unknown(place) : undefined;
  const value = valueIn(space, node.name.text);
  if (value !== undefined)
    return seen(place, `$${value.ref.unit}.${value.ref.index}`, { kind: 'value', ref: value.ref }, value.type);
  const isFunction = space.unit.functions.some(({ name }) => name === node.name.text);
  if (isFunction)
    report(place, 'E114', node.name, `"${node.name.text}" is a function: it is called, or given to a library function`);
  else
    report(
      place,
      'E404',
      node.name,
      `"${space.unit.name}" has no "${node.name.text}"`,
      didYouMean(
        node.name.text,
        space.unit.values.map(({ name }) => name),
      ),
    );
  return unknown(place);
}

/** INVARIANT (own fields): what a type does not name cannot be read, whatever JavaScript's objects have by that name. */
function fieldOf(place: Place, { name }: Member, base: Type): Type | undefined {
  const fields = base.kind === 'record' ? base.fields : base.kind === 'Model' ? modelFields : undefined;
  const field = fields?.get(name.text);
  if (field !== undefined) return field;
  if (fields !== undefined)
    report(
      place,
      'E106',
      name,
      `there is no field "${name.text}" here`,
      didYouMean(name.text, fields.keys(), fieldsHelp(fields)),
    );
  else report(place, 'E106', name, `${show(base)} has no fields`, helpFor(base, name.text));
  return undefined;
}

function fieldsHelp(fields: ReadonlyMap<string, Type>): string | undefined {
  return fields.size === 0 || fields.size > 12 ? undefined : `there are ${[...fields.keys()].join(', ')}`;
}

function helpFor(base: Type, name: string): string | undefined {
  if (base.kind === 'map') return `a map is read by its key: [${JSON.stringify(name)}]`;
  if (base.kind === 'Json') return 'as_map() makes a map of it, as_string() a String …';
  if (base.kind === 'ModelId') return 'model() looks it up, and a Model has fields';
  return undefined;
}

export function inferIndex(place: Place, node: Index): Typed {
  const of = infer(place, node.of);
  const base = of.type.kind === 'optional' ? of.type.of : of.type;
  if (of.type.kind === 'optional')
    report(place, 'E103', node.of, `this may be null, and nothing can be read of null`, narrowHelp(base));
  if (base.kind === 'map' || base.kind === 'list') {
    const key = expect(place, node.at, { kind: base.kind === 'map' ? 'String' : 'Int' });
    const ir: Ir = { kind: 'lookup', of: of.ir, key: key.ir, from: base.kind };
    return seen(place, pathOf(of, key), ir, optionalOf(base.of));
  }
  infer(place, node.at);
  if (base.kind !== 'Unknown' && base.kind !== 'Never') {
    const field = base.kind === 'record' && node.at.kind === 'string' ? node.at.value : undefined;
    const help = field === undefined ? helpFor(base, '') : `a field of a record is read as ".${field}"`;
    report(place, 'E106', node, `${show(base)} is no list or map`, help);
  }
  return unknown(place);
}

/** Immutable when both are: the same key of the same map is the same value. */
function pathOf(of: Typed, key: Typed): string | undefined {
  const at = key.constant !== undefined ? JSON.stringify(key.constant) : key.path;
  return of.path === undefined || at === undefined ? undefined : `${of.path}[${at}]`;
}
