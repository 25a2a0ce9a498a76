// Params and consts are computed before any request: what they call must not look at one, and not at what comes after them.
import type { Code, Ir, IrFunction, IrLambda, Lazy, Ref, Step, Unit } from '../../ir/ir.ts';
import { library } from '../../run/library/index.ts';
import { report, type Place } from '../place.ts';

/** What code reads and calls, all of it. */
interface Reads {
  input: boolean;
  /** Calls of the library that look at the catalogue or the request. */
  readonly asks: Code['at'][];
  readonly calls: { readonly ref: Ref; readonly at: Code['at'] }[];
  /** Own params and consts. */
  readonly values: Set<number>;
}

type Callers = ReadonlyMap<number, readonly number[]>;

/** The functions, those marked `pure` that a param or const may call. */
export function checkPurity(place: Place, unit: Unit): readonly IrFunction[] {
  const reads = unit.functions.map(({ body }) => readsOfCode(body));
  const callers = directCallers(reads);
  const first = [...reads.keys()].filter((index) => isImpure(place, reads[index], unit.functions[index]));
  const impure = new Set(callersOf(reads, first, callers));
  const last = lastValues(reads, callers);
  for (const [index, { body }] of unit.values.entries()) checkValue(place, index, readsOf(body), impure, last);
  return unit.functions.map((one, index) => (impure.has(index) ? one : { ...one, pure: true }));
}

function isImpure(place: Place, reads: Reads | undefined, own: IrFunction | undefined): boolean {
  if (reads === undefined || own === undefined || own.open) return true;
  return reads.input || reads.asks.length > 0 || reads.calls.some(({ ref }) => isForeign(place, ref));
}

function checkValue(
  place: Place,
  index: number,
  { asks, calls }: Reads,
  impure: ReadonlySet<number>,
  last: ReadonlyMap<number, number>,
): void {
  const before = 'a param or const is computed before any request';
  for (const at of asks) report(place, 'E127', at, `${before}, and this asks for models`);
  for (const { ref, at } of calls)
    if (ref.unit === 0 ? impure.has(ref.index) : isForeign(place, ref))
      report(place, 'E127', at, `${before}, and this function looks at one, or is open`);
    else if (ref.unit === 0 && (last.get(ref.index) ?? -1) >= index)
      report(place, 'E117', at, 'this function uses a param or const that does not stand before this one');
}

/** Another unit's function that is not pure. */
function isForeign(place: Place, { unit, index }: Ref): boolean {
  if (unit === 0) return false;
  const { imports, bases } = place.unit.names;
  const used = [...imports, ...bases].find(({ number }) => number === unit);
  return used?.unit.functions[index]?.pure !== true;
}

/** The functions from which one can come to the first ones by calls. */
function callersOf(
  reads: readonly Reads[],
  first: Iterable<number>,
  callers: Callers,
  known = new Set<number>(),
): readonly number[] {
  const found: number[] = [];
  const queue = [...first];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (known.has(next) || reads[next] === undefined) continue;
    known.add(next);
    found.push(next);
    queue.push(...(callers.get(next) ?? []));
  }
  return found;
}

function directCallers(reads: readonly Reads[]): Callers {
  const callers = new Map<number, number[]>();
  for (const [index, { calls }] of reads.entries())
    for (const { ref } of calls) {
      if (ref.unit !== 0) continue;
      const known = callers.get(ref.index);
      if (known === undefined) callers.set(ref.index, [index]);
      else known.push(index);
    }
  return callers;
}

/** By function: the last of the unit's values that it, or what it calls, reads. */
function lastValues(reads: readonly Reads[], callers: Callers): ReadonlyMap<number, number> {
  const readers = new Map<number, number[]>();
  for (const [index, { values }] of reads.entries())
    for (const value of values) readers.set(value, [...(readers.get(value) ?? []), index]);
  const last = new Map<number, number>();
  const known = new Set<number>();
  for (const value of [...readers.keys()].sort((one, other) => other - one))
    for (const index of callersOf(reads, readers.get(value) ?? [], callers, known)) last.set(index, value);
  return last;
}

function readsOf(body: Lazy): Reads {
  const reads: Reads = { input: false, asks: [], calls: [], values: new Set() };
  readIr(body.body, reads);
  return reads;
}

function readsOfCode(body: Code): Reads {
  const reads: Reads = { input: false, asks: [], calls: [], values: new Set() };
  readSteps(body, reads);
  return reads;
}

function readSteps({ body }: Code, reads: Reads): void {
  for (const step of body) readStep(step, reads);
}

function readStep(step: Step, reads: Reads): void {
  switch (step.kind) {
    case 'set':
      return readIr(step.value, reads);
    case 'if':
      readIr(step.condition, reads);
      readSteps(step.then, reads);
      return step.otherwise && readSteps(step.otherwise, reads);
    case 'for':
      readIr(step.of, reads);
      return readSteps(step.body, reads);
    case 'while':
      readIr(step.condition.body, reads);
      return readSteps(step.body, reads);
    case 'return':
      return step.value && readIr(step.value, reads);
    case 'effect':
    case 'experiment':
    case 'break':
    case 'continue':
      return undefined; // of rules and routes, or of nothing
  }
}

function readIr(ir: Ir | IrLambda, reads: Reads): void {
  switch (ir.kind) {
    case 'input':
      reads.input = true;
      return undefined;
    case 'value':
      if (ir.ref.unit === 0) reads.values.add(ir.ref.index);
      return undefined;
    case 'call':
      reads.calls.push(ir);
      break;
    case 'library':
      if (library.get(ir.name)?.asks === true) reads.asks.push(ir.at);
      break;
  }
  for (const part of partsOf(ir)) readIr(part, reads);
  return undefined;
}

function partsOf(ir: Ir | IrLambda): readonly (Ir | IrLambda)[] {
  switch (ir.kind) {
    case 'lambda':
      return [ir.body.body];
    case 'field':
    case 'optional-field':
      return [ir.of];
    case 'lookup':
      return [ir.of, ir.key];
    case 'operation':
      return ir.operands;
    case 'and':
    case 'or':
    case 'coalesce':
      return [ir.left, ir.right.body];
    case 'conditional':
      return [ir.condition, ir.then.body, ir.otherwise.body];
    case 'list':
      return ir.items;
    case 'record':
      return ir.fields.map(({ value }) => value);
    case 'call':
    case 'library':
      return ir.arguments;
    default:
      return [];
  }
}
