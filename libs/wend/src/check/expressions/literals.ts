// Literals.
import { didYouMean } from '../../diagnostics/suggest.ts';
import type {
  Expression,
  IntLiteral,
  ListLiteral,
  ModelLiteral,
  NumberLiteral,
  RecordLiteral,
  StringLiteral,
} from '../../syntax/tree.ts';
import { join, presentOf } from '../../types/assignable.ts';
import { show } from '../../types/show.ts';
import { largestType, sizeOf } from '../../types/size.ts';
import type { Type } from '../../types/type.ts';
import { literal, report, type Place, type Typed } from '../place.ts';
import { spanOf } from '../span.ts';
import { timeOf } from './time.ts';

/** How the parts of a literal are looked at: with a hint, or with a type that they must have. */
export type Visit = (place: Place, node: Expression, type: Type | undefined) => Typed;

const numberTypes = { float: 'Float', percent: 'Float', duration: 'Duration', money: 'Money' } as const;

export function inferNumber(place: Place, node: IntLiteral | NumberLiteral): Typed {
  return literal(place, node.value, { kind: node.kind === 'int' ? 'Int' : numberTypes[node.kind] });
}

/** A String; where an enum is asked for one of its values, and where a Time is asked for the time that it writes. */
export function inferString(place: Place, node: StringLiteral, hint: Type | undefined): Typed {
  const wanted = hint && presentOf(hint);
  if (wanted?.kind === 'enum' && wanted.values.includes(node.value))
    return literal(place, node.value, { kind: 'enum', values: [node.value] });
  const time = wanted?.kind === 'Time' ? timeOf(node.value) : undefined;
  if (time !== undefined) return literal(place, time, { kind: 'Time' });
  return literal(place, node.value, { kind: 'String' });
}

export function inferModel(place: Place, node: ModelLiteral): Typed {
  const { role } = place.procedure;
  const kind = node.value.includes('/') ? 'model' : 'alias';
  // Tests are run against a catalogue of their own.
  if (role !== 'given' && role !== 'expect') place.unit.literals.push({ kind, text: node.value, at: spanOf(node) });
  return literal(place, node.value, { kind: 'ModelId' });
}

/** Its items have one type; where JSON is asked for, any. */
export function inferList(place: Place, node: ListLiteral, hint: Type | undefined, visit: Visit): Typed {
  const wanted = hint && presentOf(hint);
  const wantedItem = wanted?.kind === 'list' ? wanted.of : wanted?.kind === 'Json' ? wanted : undefined;
  const items: Typed[] = [];
  let type: Type = { kind: 'Never' };
  for (const item of node.items) {
    const typed = visit(place, item, wantedItem);
    items.push(typed);
    const joined = join(type, typed.type);
    if (joined === undefined && wantedItem?.kind !== 'Json')
      report(place, 'E119', item, `the items before this are ${show(type)}, and this is ${show(typed.type)}`);
    type = joined ?? { kind: wantedItem?.kind === 'Json' ? 'Json' : 'Unknown' };
  }
  return {
    ir: { kind: 'list', items: items.map(({ ir }) => ir), at: spanOf(node) },
    type: bounded(place, node, { kind: 'list', of: type }),
  };
}

/**
 * A record; where a map is asked for, a map. Optional fields that are asked for and left out are null: this literal has no others.
 *
 * @param insist whether other fields, and those that are missing, are wrong here
 */
export function inferRecord(
  place: Place,
  node: RecordLiteral,
  hint: Type | undefined,
  visit: Visit,
  insist: boolean,
): Typed {
  const wanted = hint && presentOf(hint);
  const wantedFields = wanted?.kind === 'record' ? wanted.fields : undefined;
  const fields = new Map<string, Typed>();
  for (const { key, value } of node.entries) {
    const typed = visit(place, value, wantedOf(wanted, key.text));
    if (fields.has(key.text)) report(place, 'E109', key, `"${key.text}" stands here twice`);
    if (insist && wantedFields?.has(key.text) === false)
      report(place, 'E106', key, `there is no field "${key.text}" here`, didYouMean(key.text, wantedFields.keys()));
    fields.set(key.text, typed);
  }
  const ir = {
    kind: 'record',
    fields: [...fields].map(([name, typed]) => ({ name: place.unit.constants.indexOf(name), value: typed.ir })),
    at: spanOf(node),
  } as const;
  if (wanted?.kind === 'map') return { ir, type: mapOf(place, node, fields) };
  const types = new Map([...fields].map(([name, typed]) => [name, typed.type]));
  for (const [name, type] of wantedFields ?? []) {
    if (types.has(name)) continue;
    if (type.kind === 'optional') types.set(name, { kind: 'Null' });
    else if (insist) report(place, 'E101', node, `the field "${name}" is missing: it is ${show(type)}`);
  }
  return { ir, type: bounded(place, node, { kind: 'record', fields: types }) };
}

function wantedOf(wanted: Type | undefined, key: string): Type | undefined {
  if (wanted?.kind === 'map') return wanted.of;
  return wanted?.kind === 'record' ? wanted.fields.get(key) : wanted?.kind === 'Json' ? wanted : undefined;
}

function mapOf(place: Place, node: RecordLiteral, fields: ReadonlyMap<string, Typed>): Type {
  let of: Type = { kind: 'Never' };
  for (const typed of fields.values()) of = join(of, typed.type) ?? { kind: 'Json' };
  return bounded(place, node, { kind: 'map', of });
}

/** INVARIANT (types are small): what is larger is refused where it is made, so that walking a type is always short. */
export function bounded(place: Place, node: Expression, type: Type): Type {
  if (sizeOf(type) <= largestType) return type;
  report(place, 'E128', node, `the type of this has more than ${largestType} parts`);
  return { kind: 'Unknown' };
}
