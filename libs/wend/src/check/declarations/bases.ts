// What a layer may change of those above it: what they left `open`, and params that are not `final`.
import type { Unit } from '../../ir/ir.ts';
import type { FunctionDeclaration, Library, Name, Policy } from '../../syntax/tree.ts';
import { isSameType } from '../../types/assignable.ts';
import { show } from '../../types/show.ts';
import { placeOf } from '../names.ts';
import { report, type Place } from '../place.ts';

/** INVARIANT (layers mean what they say): nothing of a layer above is replaced unless it says `open`. */
export function checkBases(place: Place, body: Policy | Library, unit: Unit): void {
  const bases = place.unit.names.bases.map((used) => used.unit);
  if (bases.length === 0) return;
  for (const node of body.declarations) {
    switch (node.kind) {
      case 'fn':
        checkFunction(place, node, unit, bases);
        break;
      case 'rule': {
        const before = nearest(bases, ({ rules }) => rules, node.name.text);
        if (before !== undefined && !before.item.open) sayClosed(place, node.name, 'rule', before.base);
        break;
      }
      case 'route': {
        const before = nearest(bases, ({ routes }) => routes, node.name.text);
        if (before?.item.final === true)
          report(place, 'E405', node.name, `the route "${node.name.text}" of "${before.base.name}" is final`);
        break;
      }
      case 'param':
      case 'const':
        checkValue(place, node.name, node.kind, bases);
    }
  }
}

function checkFunction(place: Place, node: FunctionDeclaration, unit: Unit, bases: readonly Unit[]): void {
  const before = nearest(bases, ({ functions }) => functions, node.name.text);
  if (before === undefined) return;
  if (!before.item.open) return sayClosed(place, node.name, 'function', before.base);
  const own = unit.functions[placeOf(unit.functions, node.name.text)];
  if (own === undefined) return;
  const { parameters, returns } = before.item;
  const isSame =
    own.parameters.length === parameters.length &&
    isSameType(own.returns, returns) &&
    parameters.every((type, index) => isSameType(type, own.parameters[index] ?? { kind: 'Never' }));
  if (!isSame)
    report(
      place,
      'E403',
      node.name,
      `"${node.name.text}" of "${before.base.name}" has another signature`,
      `it is (${parameters.map(show).join(', ')}) -> ${show(returns)}`,
    );
}

function checkValue(place: Place, name: Name, kind: 'param' | 'const', bases: readonly Unit[]): void {
  const before = nearest(bases, ({ values }) => values, name.text);
  if (before === undefined) return;
  if (kind === 'const' || before.item.kind === 'const') return sayClosed(place, name, before.item.kind, before.base);
  const fixed = bases.find(({ values }) => values[placeOf(values, name.text)]?.final === true);
  if (fixed !== undefined) report(place, 'E401', name, `the param "${name.text}" of "${fixed.name}" is final`);
}

function sayClosed(place: Place, name: Name, what: string, base: Unit): void {
  const help =
    what === 'param' || what === 'const'
      ? 'choose another name'
      : `choose another name, or let the layer above say "open"`;
  report(place, 'E400', name, `"${base.name}" has a ${what} "${name.text}" already`, help);
}

function nearest<Item extends { readonly name: string }>(
  bases: readonly Unit[],
  items: (base: Unit) => readonly Item[],
  name: string,
): { readonly base: Unit; readonly item: Item } | undefined {
  for (const base of bases) {
    const all = items(base);
    const item = all[placeOf(all, name)];
    if (item !== undefined) return { base, item };
  }
  return undefined;
}
