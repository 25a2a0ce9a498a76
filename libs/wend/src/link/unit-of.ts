// In which of the sources of a policy something failed.
import type { At, Unit } from '../ir/ir.ts';
import { walk } from '../ir/walk.ts';
import type { Instance } from '../run/instance.ts';

const owners = new WeakMap<At, Unit>();
const indexed = new WeakSet<Unit>();

/**
 * The unit in whose tree this very position stands; the instance's own where it stands in none.
 *
 * A failure says only where: naming the unit as well would cost every call. So the trees are searched, once, when something fails.
 * It relies on INVARIANT (a place is one object), see ir.ts.
 */
export function unitOf(at: At, instance: Instance): Unit {
  const todo = [instance];
  const seen = new Set<Instance>(todo);
  if (instance.links.length === 1) return instance.unit;
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    index(next.unit);
    const others = [...next.links, ...next.functions.map(({ unit }) => unit)].filter((one) => !seen.has(one));
    for (const other of others) seen.add(other);
    todo.push(...new Set(others));
  }
  return owners.get(at) ?? instance.unit;
}

function index(unit: Unit): void {
  if (indexed.has(unit)) return;
  indexed.add(unit);
  const { functions, values, rules, routes, tests } = unit;
  walk([functions, values, rules, routes, tests], (part) => {
    if (isPlace(part)) owners.set(part, unit);
  });
}

function isPlace(part: object): part is At {
  return 'start' in part && 'end' in part;
}
