// Params and consts, in their order: each may use those before it.
import type { IrValue } from '../../ir/ir.ts';
import type { Constant, Declaration, Param } from '../../syntax/tree.ts';
import { isSameType } from '../../types/assignable.ts';
import { isInputRoot } from '../../types/input-schema.ts';
import { show } from '../../types/show.ts';
import type { Type } from '../../types/type.ts';
import { lazy } from '../cost.ts';
import { expect, infer } from '../expressions.ts';
import type { ValueName } from '../names.ts';
import { report, startOf, type Place, type UnitContext } from '../place.ts';
import { spanOf } from '../span.ts';
import { resolveType } from '../types.ts';

export function checkValues(unit: UnitContext, declarations: readonly Declaration[]): readonly IrValue[] {
  const { laterValues } = unit.names;
  const nodes = declarations.filter((one) => one.kind === 'param' || one.kind === 'const');
  for (const { name } of nodes) laterValues.add(name.text);
  const values = nodes.map((node, index) => checkValue(unit, node, index));
  laterValues.clear();
  return values;
}

function checkValue(unit: UnitContext, node: Param | Constant, index: number): IrValue {
  const place = startOf(unit, 'value');
  const { values } = unit.names;
  const name = node.name.text;
  if (isInputRoot(name) || name === 'decision')
    report(place, 'E110', node.name, `"${name}" is taken: the input has this name`, 'choose another name');
  else if (unit.names.isSpace(name))
    report(place, 'E110', node.name, `"${name}" is taken: an import has this name`, 'choose another name');
  const base = node.kind === 'param' ? unit.names.baseParam(name) : undefined;
  const wanted = wantedType(place, node, base);
  const value = wanted === undefined ? infer(place, node.value) : expect(place, node.value, wanted);
  const type = wanted ?? value.type;
  if (values.has(name)) report(place, 'E109', node.name, `there are two params or consts "${name}"`);
  else values.set(name, { name, kind: node.kind, type, ref: base?.ref ?? { unit: 0, index } });
  return {
    name,
    kind: node.kind,
    final: node.kind === 'param' && node.final,
    type,
    slots: place.procedure.locals.length,
    body: lazy(value.ir, node.value),
    at: spanOf(node),
  };
}

/** A layer that sets the param of one above gives it a value of the type that it has. */
function wantedType(place: Place, node: Param | Constant, base: ValueName | undefined): Type | undefined {
  const written = node.type && resolveType(place, node.type);
  if (base === undefined) return written;
  if (written !== undefined && node.type !== undefined && !isSameType(written, base.type))
    report(
      place,
      'E402',
      node.type,
      `the layer above says that "${base.name}" is ${show(base.type)}`,
      'leave the type out',
    );
  return base.type;
}
