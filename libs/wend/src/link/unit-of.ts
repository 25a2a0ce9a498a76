// In which of the sources of a policy something failed.
import type { At, Unit } from '../ir/ir.ts';
import type { Instance } from '../run/instance.ts';

const owners = new WeakMap<At, Unit>();
const indexed = new WeakSet<Unit>();

/**
 * The unit in whose tree this very position stands; the instance's own where it stands in none.
 *
 * A failure says only where: naming the unit as well would cost every call. So the trees are searched, once, when something fails.
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
  for (const part of [unit.functions, unit.values, unit.rules, unit.routes, unit.tests]) visit(part, unit);
}

function visit(value: unknown, unit: Unit): void {
  if (typeof value !== 'object' || value === null) return;
  if ('start' in value) owners.set(value as At, unit);
  for (const part of Object.values(value)) visit(part, unit);
}
