// Expressions as JavaScript. What is written in line neither charges nor fails; the rest calls what closures call, with the operands in the same order.
import type { Ir, IrLambda, Lazy, Operation } from '../../ir/ir.ts';
import { constantAt, textAt } from '../../ir/read.ts';
import { libraryFunction } from '../library/index.ts';
import { freeComparison, operations } from '../operations/operations.ts';
import { compileRegex } from '../values/regex.ts';
import { isPlainName } from './plain-name.ts';
import { printNumber, type Writer } from './writer.ts';

type Of<Kind extends Ir['kind']> = Extract<Ir, { kind: Kind }>;

export function expression(writer: Writer, ir: Ir): string {
  switch (ir.kind) {
    case 'constant':
      return constant(writer, ir.index);
    case 'local':
      return localName(ir.slot);
    case 'input':
      return ir.name === 'decision' ? '(r.decision ?? null)' : `r.input.${inputNames[ir.name]}`;
    case 'value':
      return `(u.links[${printNumber(ir.ref.unit)}].values[${printNumber(ir.ref.index)}] ?? null)`;
    case 'field':
    case 'optional-field':
      return field(writer, expression(writer, ir.of), textAt(writer.unit, ir.name));
    case 'lookup': {
      const read = writer.helper(ir.from === 'map' ? 'own' : 'item');
      return `${read}(${expression(writer, ir.of)}, ${expression(writer, ir.key)})`;
    }
    case 'operation':
      return operation(writer, ir);
    case 'and':
      return `(${expression(writer, ir.left)} === true && ${lazy(writer, ir.right)})`;
    case 'or':
      return `(${expression(writer, ir.left)} === true || ${lazy(writer, ir.right)})`;
    case 'coalesce':
      return `(${expression(writer, ir.left)} ?? ${lazy(writer, ir.right)})`;
    case 'conditional':
      return `(${expression(writer, ir.condition)} === true ? ${lazy(writer, ir.then)} : ${lazy(writer, ir.otherwise)})`;
    case 'list':
      return list(writer, ir);
    case 'record':
      return record(writer, ir);
    case 'call':
      return call(writer, ir);
    case 'library':
      return libraryCall(writer, ir);
  }
}

/** A region: charged, then computed. */
export function lazy(writer: Writer, { at, cost, body }: Lazy): string {
  const charge = writer.charge(cost, at);
  const code = expression(writer, body);
  return charge === undefined ? code : `(${charge}, ${code})`;
}

function lambda(writer: Writer, { slots, body }: IrLambda): string {
  return `(${slots.map(localName).join(', ')}) => ${lazy(writer, body)}`;
}

export function localName(slot: number): string {
  return `v${printNumber(slot)}`;
}

/** Ours, spelled once more: the text of a tree is never written as it is. */
const inputNames = {
  request: 'request',
  tenant: 'tenant',
  user: 'user',
  session: 'session',
  attributes: 'attributes',
  health: 'health',
  now: 'now',
  seed: 'seed',
} as const;

function constant(writer: Writer, index: number): string {
  const value = constantAt(writer.unit, index);
  if (typeof value === 'number' && Number.isFinite(value)) return printNumber(value);
  if (value === null) return 'null';
  if (value === true || value === false) return value ? 'true' : 'false';
  return writer.known(value);
}

function field(writer: Writer, of: string, name: string): string {
  return isPlainName(name) ? `(${of}?.${name} ?? null)` : `${writer.helper('own')}(${of}, ${writer.known(name)})`;
}

/** Operators of JavaScript that do the same as ours, where there is nothing to charge or to fail. */
const inline: Partial<Record<Operation, string>> = {
  'number-less': '<',
  'number-less-equal': '<=',
  'number-greater': '>',
  'number-greater-equal': '>=',
};

/** Arithmetic whose result alone is looked at. */
const checked: Partial<Record<Operation, readonly ['whole' | 'numberOf', string]>> = {
  'int-add': ['whole', '+'],
  'int-subtract': ['whole', '-'],
  'int-multiply': ['whole', '*'],
  'duration-add': ['whole', '+'],
  'duration-subtract': ['whole', '-'],
  'time-add': ['whole', '+'],
  'time-subtract': ['whole', '-'],
  'time-difference': ['whole', '-'],
  'float-add': ['numberOf', '+'],
  'float-subtract': ['numberOf', '-'],
  'float-multiply': ['numberOf', '*'],
  'money-add': ['numberOf', '+'],
  'money-subtract': ['numberOf', '-'],
};

function operation(writer: Writer, { name, operands, at }: Of<'operation'>): string {
  const position = writer.known(at);
  if (name === 'format') {
    const parts = operands.map((one) => expression(writer, one)).join(', ');
    return `${writer.helper('format')}(m, ${position}, [${parts}])`;
  }
  const [first, second] = operands;
  if (first === undefined) throw new Error(`an operation without operands: ${name}`);
  const left = expression(writer, first);
  if (name === 'matches') {
    const source = second?.kind === 'constant' ? textAt(writer.unit, second.index) : '';
    return `${writer.helper('matches')}(m, ${position}, ${left}, ${writer.known(compileRegex(source))})`;
  }
  if (name === 'not') return `(${left} !== true)`;
  if (second === undefined) return `${writer.known(operations[name])}(m, ${position}, ${left}, null)`;
  const right = expression(writer, second);
  const sign = inline[name];
  if (sign !== undefined) return `(${left} ${sign} ${right})`;
  const [check, arithmetic] = checked[name] ?? [];
  if (check !== undefined) return `${writer.helper(check)}(${left} ${arithmetic} ${right}, ${position})`;
  if ((name === 'same' || name === 'not-same') && (isShort(writer, first) || isShort(writer, second)))
    return `(${left} ${name === 'same' ? '===' : '!=='} ${right})`;
  return `${writer.known(operations[name])}(m, ${position}, ${left}, ${right})`;
}

/** A constant whose comparison is never charged. */
function isShort({ unit }: Writer, ir: Ir): boolean {
  if (ir.kind !== 'constant') return false;
  const value = constantAt(unit, ir.index);
  return typeof value !== 'string' || value.length <= freeComparison;
}

function list(writer: Writer, { items, at }: Of<'list'>): string {
  const all = items.map((one) => expression(writer, one)).join(', ');
  return `(${writer.helper('newList')}(m, ${items.length}, ${writer.known(at)}), [${all}])`;
}

/** Filled one by one: in a literal `__proto__` would set the prototype. */
function record(writer: Writer, { fields, at }: Of<'record'>): string {
  const made = `t${writer.next()}`;
  const all = fields.map(({ name, value }) => {
    const text = textAt(writer.unit, name);
    const place = isPlainName(text) ? `.${text}` : `[${writer.known(text)}]`;
    return `${made}${place} = ${expression(writer, value)}, `;
  });
  const charge = `${writer.helper('newRecord')}(m, ${fields.length}, ${writer.known(at)})`;
  return `((${made}) => (${all.join('')}${made}))((${charge}, ${writer.helper('emptyRecord')}()))`;
}

/** By how many values they are given: without a rest they are twice as fast. */
const callers = ['call0', 'call1', 'call2', 'call3'] as const;

function call(writer: Writer, { ref, arguments: given, at }: Of<'call'>): string {
  const target = `u.links[${printNumber(ref.unit)}].functions[${printNumber(ref.index)}]`;
  const computed = given.map((one) => `, ${expression(writer, one)}`).join('');
  return `${writer.helper(callers[given.length] ?? 'call')}(m, ${writer.levels}, ${writer.known(at)}, ${target}, r${computed})`;
}

function libraryCall(writer: Writer, { name, arguments: given, at }: Of<'library'>): string {
  const { run, parameters } = libraryFunction(name);
  const computed = given.map((one) => (one.kind === 'lambda' ? lambda(writer, one) : expression(writer, one)));
  const missing = parameters.slice(given.length).map(() => 'null');
  const caller = `${writer.helper('caller')}(u, r, ${writer.known(at)})`;
  return `${writer.known(run)}(${[caller, ...computed, ...missing].join(', ')})`;
}
