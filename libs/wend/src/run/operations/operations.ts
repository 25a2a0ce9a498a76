// What every operator does. Closures call these; generated code calls them too, but for those that neither charge nor fail.
import type { At, Operation } from '../../ir/ir.ts';
import type { Value } from '../instance.ts';
import type { Meter } from '../meter.ts';
import { equal } from '../values/equality.ts';
import { hasKey } from '../values/records.ts';
import { indexOf } from '../values/search.ts';
import type { Regex } from '../values/regex.ts';
import { newList, newString, readString, regexFuel, stringFuel } from './allocation.ts';
import { divisor, floorDivide, modulo, numberOf, whole, wholeDuration, wholeMoney } from './numbers.ts';

/** Operands as the checker typed them. */
export type OperationCode = (meter: Meter, at: At, left: Value, right: Value) => Value;

type Numbers = (meter: Meter, at: At, left: number, right: number) => Value;
type Strings = (meter: Meter, at: At, left: string, right: string) => Value;

const numeric = (code: Numbers) => code as OperationCode;
const textual = (code: Strings) => code as OperationCode;

/** Those of one or two operands. `format` takes any number, `matches` a compiled regex: they stand below. */
export const operations: Readonly<Record<Exclude<Operation, 'format' | 'matches'>, OperationCode>> = {
  'int-add': numeric((_, at, left, right) => whole(left + right, at)),
  'int-subtract': numeric((_, at, left, right) => whole(left - right, at)),
  'int-multiply': numeric((_, at, left, right) => whole(left * right, at)),
  'int-negate': numeric((_, _at, of) => 0 - of),
  'int-div': numeric((_, at, left, right) => whole(floorDivide(left, right, at), at)),
  'int-mod': numeric((_, at, left, right) => modulo(left, right, at)),
  'int-divide': numeric((_, at, left, right) => left / divisor(right, at)),
  'float-add': numeric((_, at, left, right) => numberOf(left + right, at)),
  'float-subtract': numeric((_, at, left, right) => numberOf(left - right, at)),
  'float-multiply': numeric((_, at, left, right) => numberOf(left * right, at)),
  'float-divide': numeric((_, at, left, right) => numberOf(left / divisor(right, at), at)),
  'float-negate': numeric((_, _at, of) => 0 - of),
  'money-add': numeric((_, at, left, right) => numberOf(left + right, at)),
  'money-subtract': numeric((_, at, left, right) => numberOf(left - right, at)),
  'money-scale': numeric((_, at, left, right) => wholeMoney(left * right, at)),
  'money-shrink': numeric((_, at, left, right) => wholeMoney(left / divisor(right, at), at)),
  'money-ratio': numeric((_, at, left, right) => numberOf(left / divisor(right, at), at)),
  'money-negate': numeric((_, _at, of) => 0 - of),
  'duration-add': numeric((_, at, left, right) => whole(left + right, at)),
  'duration-subtract': numeric((_, at, left, right) => whole(left - right, at)),
  'duration-scale': numeric((_, at, left, right) => wholeDuration(left * right, at)),
  'duration-shrink': numeric((_, at, left, right) => wholeDuration(left / divisor(right, at), at)),
  'duration-ratio': numeric((_, at, left, right) => numberOf(left / divisor(right, at), at)),
  'duration-negate': numeric((_, _at, of) => 0 - of),
  'time-add': numeric((_, at, left, right) => whole(left + right, at)),
  'time-subtract': numeric((_, at, left, right) => whole(left - right, at)),
  'time-difference': numeric((_, at, left, right) => whole(left - right, at)),
  'string-concat': textual((meter, at, left, right) => {
    newString(meter, left.length + right.length, at);
    return left + right;
  }),
  'list-concat': ((meter: Meter, at: At, left: readonly Value[], right: readonly Value[]) => {
    newList(meter, left.length + right.length, at);
    return [...left, ...right];
  }) as OperationCode,
  equal: (meter, at, left, right) => equal(meter, left, right, at),
  'not-equal': (meter, at, left, right) => !equal(meter, left, right, at),
  same,
  'not-same': (meter, at, left, right) => !same(meter, at, left, right),
  'number-less': numeric((_, _at, left, right) => left < right),
  'number-less-equal': numeric((_, _at, left, right) => left <= right),
  'number-greater': numeric((_, _at, left, right) => left > right),
  'number-greater-equal': numeric((_, _at, left, right) => left >= right),
  'string-less': textual((meter, at, left, right) => compared(meter, at, left, right) && left < right),
  'string-less-equal': textual((meter, at, left, right) => compared(meter, at, left, right) && left <= right),
  'string-greater': textual((meter, at, left, right) => compared(meter, at, left, right) && left > right),
  'string-greater-equal': textual((meter, at, left, right) => compared(meter, at, left, right) && left >= right),
  not: (_, _at, of) => of !== true,
  'in-list': ((meter: Meter, at: At, left: Value, right: readonly Value[]) =>
    right.some((one) => equal(meter, left, one, at))) as OperationCode,
  'in-map': ((_: Meter, _at: At, left: string, right: Value) => hasKey(right, left)) as OperationCode,
  'in-string': textual((meter, at, left, right) => {
    meter.burn((left.length + right.length + 15) >> 4, at);
    return indexOf(right, left) !== -1;
  }),
};

/** Texts of one length that is above this are charged for being compared, here and in generated code. */
export const freeComparison = 64;

/** Of two numbers, strings or booleans of one type, or null. */
export function same(meter: Meter, at: At, left: Value, right: Value): boolean {
  if (
    typeof left === 'string' &&
    left.length > freeComparison &&
    typeof right === 'string' &&
    left.length === right.length
  )
    readString(meter, left.length, at);
  return left === right;
}

/** Texts, numbers and booleans in a row. */
export function format(meter: Meter, at: At, parts: readonly Value[]): string {
  meter.burn(parts.length, at);
  const texts = parts.map((part) => (typeof part === 'string' ? part : String(part as number | boolean)));
  let length = 0;
  for (const text of texts) length += text.length;
  newString(meter, length, at);
  return texts.join('');
}

/** Whether the regex matches somewhere in the text. */
export function matches(meter: Meter, at: At, text: string, regex: Regex): boolean {
  meter.burn(regexFuel(text.length, regex.size), at);
  return regex.test(text);
}

/** Charges; always true. */
function compared(meter: Meter, at: At, left: string, right: string): boolean {
  const length = Math.min(left.length, right.length);
  if (length > freeComparison) meter.burn(stringFuel(length), at);
  return true;
}
