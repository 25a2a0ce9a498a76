// Functions: their signatures first, so that they may call each other, then their bodies.
import type { IrFunction } from '../../ir/ir.ts';
import type { FunctionDeclaration } from '../../syntax/tree.ts';
import type { Type } from '../../types/type.ts';
import { withLocals } from '../cost.ts';
import { declare } from '../locals.ts';
import { report, startOf, type Place, type UnitContext } from '../place.ts';
import { spanOf } from '../span.ts';
import { checkBlock } from '../statements.ts';
import { resolveType } from '../types.ts';
import { warnUnusedLocals } from '../warnings/unused.ts';

export interface DeclaredFunction {
  readonly node: FunctionDeclaration;
  readonly parameters: readonly Type[];
  readonly returns: Type;
}

export function declareFunctions(place: Place, nodes: readonly FunctionDeclaration[]): readonly DeclaredFunction[] {
  const { functions } = place.unit.names;
  return nodes.map((node, index) => {
    const parameters = node.parameters.map(({ type }) => resolveType(place, type));
    const returns = resolveType(place, node.returns);
    const name = node.name.text;
    if (functions.has(name)) report(place, 'E109', node.name, `there are two functions "${name}"`);
    else functions.set(name, { name, ref: { unit: 0, index }, parameters, returns, open: node.open });
    return { node, parameters, returns };
  });
}

export function checkFunction(unit: UnitContext, { node, parameters, returns }: DeclaredFunction): IrFunction {
  const place = startOf(unit, 'fn');
  for (const [index, { name }] of node.parameters.entries()) {
    const type = parameters[index] ?? { kind: 'Unknown' };
    if (place.scope.find(name.text) !== undefined)
      report(place, 'E109', name, `there are two parameters "${name.text}"`);
    else declare(place, name, type, 'parameter');
  }
  const { code: body, after } = checkBlock({ ...place, returns, loop: undefined }, node.body);
  if (after !== undefined)
    report(
      place,
      'E111',
      node.name,
      `"${node.name.text}" may end without a value`,
      'every way through it ends with "return …"',
    );
  warnUnusedLocals(place);
  const slots = place.procedure.locals.length;
  return {
    name: node.name.text,
    open: node.open,
    parameters,
    returns,
    slots,
    body: withLocals(body, slots),
    at: spanOf(node),
  };
}
