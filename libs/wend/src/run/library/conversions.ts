// From one type to another; what cannot be converted is null.
import type { Value } from '../instance.ts';
import { newString, readString } from '../operations/allocation.ts';
import { durationText, moneyText, timeText } from '../values/text.ts';
import { isList } from '../values/records.ts';
import type { Caller, LibraryFunction } from './library-function.ts';
import {
  bool,
  duration,
  float,
  int,
  json,
  listOf,
  mapOf,
  money,
  optional,
  string,
  takes,
  time,
  variable,
} from './types.ts';

// Matches whole numbers, and numbers with a fraction or an exponent, as JSON has them.
const intPattern = /^-?[0-9]+$/;
const floatPattern = /^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;

const perText = '⌈characters / 64⌉';

export const conversions: readonly LibraryFunction[] = [
  {
    name: 'int',
    otherwise: 'int:float',
    group: 'conversions',
    parameters: [takes('text', string)],
    returns: optional(int),
    summary: 'The whole number that a text is, or null.',
    examples: [
      ['int("42")', 42],
      ['int("4.2")', null],
      ['int("many")', null],
    ],
    price: perText,
    run({ run, at }, text: string) {
      readString(run.meter, text.length, at);
      const value = text.length <= 32 && intPattern.test(text) ? Number(text) : NaN;
      return Number.isSafeInteger(value) ? value : null;
    },
  },
  {
    name: 'int:float',
    group: 'conversions',
    parameters: [takes('x', float)],
    returns: optional(int),
    summary: 'The number without its fraction; null where that is too great for an Int.',
    examples: [
      ['int(-2.7)', -2],
      ['int(1.0e300)', null],
    ],
    run(_caller, x: number) {
      const value = Math.trunc(x);
      return Number.isSafeInteger(value) ? value : null;
    },
  },
  {
    name: 'float',
    otherwise: 'float:number',
    group: 'conversions',
    parameters: [takes('text', string)],
    returns: optional(float),
    summary: 'The number that a text is, or null.',
    examples: [
      ['float("4.2")', 4.2],
      ['float("")', null],
    ],
    price: perText,
    run({ run, at }, text: string) {
      readString(run.meter, text.length, at);
      const value = text.length <= 64 && floatPattern.test(text) ? Number(text) : NaN;
      return Number.isFinite(value) ? value : null;
    },
  },
  {
    name: 'float:number',
    group: 'conversions',
    parameters: [takes('x', float)],
    returns: float,
    summary: 'The number as it is, as a Float.',
    examples: [['float(4)', 4]],
    run: (_caller, x: number) => x,
  },
  {
    name: 'text',
    otherwise: 'text:money',
    group: 'conversions',
    parameters: [takes('x', variable('T', 'String', 'ModelId', 'Int', 'Float', 'Bool'))],
    returns: string,
    summary: 'The value as a text, as f"{…}" writes it.',
    examples: [
      ['text(42)', '42'],
      ['text(@openai/gpt-4.1)', 'openai/gpt-4.1'],
    ],
    price: perText,
    run: (caller, x: string | number | boolean) => (typeof x === 'string' ? x : made(caller, String(x))),
  },
  {
    name: 'text:money',
    otherwise: 'text:duration',
    group: 'conversions',
    parameters: [takes('x', money)],
    returns: string,
    summary: 'An amount in USD, as it is written in a policy.',
    examples: [
      ['text($0.0125)', '$0.0125'],
      ['text($3)', '$3'],
    ],
    run: (caller, x: number) => made(caller, moneyText(x)),
  },
  {
    name: 'text:duration',
    otherwise: 'text:time',
    group: 'conversions',
    parameters: [takes('x', duration)],
    returns: string,
    summary: 'A duration in the greatest unit that it is whole in.',
    examples: [
      ['text(90s)', '90s'],
      ['text(120s)', '2min'],
    ],
    run: (caller, x: number) => made(caller, durationText(x)),
  },
  {
    name: 'text:time',
    group: 'conversions',
    parameters: [takes('x', time)],
    returns: string,
    summary: 'A time in UTC, as RFC 3339.',
    examples: [['text(now)', '2026-01-05T12:00:00.000Z']],
    price: '4',
    run(caller, x: number) {
      caller.run.meter.burn(4, caller.at);
      return made(caller, timeText(x));
    },
  },
  fromJson('as_int', int, 'a whole number', (value) => (Number.isSafeInteger(value) ? value : null)),
  fromJson('as_float', float, 'a number', (value) => (typeof value === 'number' ? value : null)),
  fromJson('as_bool', bool, 'true or false', (value) => (typeof value === 'boolean' ? value : null)),
  fromJson('as_string', string, 'a text', (value) => (typeof value === 'string' ? value : null)),
  fromJson('as_list', listOf(json), 'a list', (value) => (isList(value) ? value : null)),
  fromJson('as_map', mapOf(json), 'an object', (value) => (typeof value === 'object' && !isList(value) ? value : null)),
];

function fromJson(
  name: string,
  returns: LibraryFunction['returns'],
  what: string,
  convert: (value: Value) => Value,
): LibraryFunction {
  return {
    name,
    group: 'conversions',
    parameters: [takes('x', optional(json))],
    returns: optional(returns),
    summary: `The JSON value where it is ${what}, else null.`,
    examples: [[`${name}(request.metadata["absent"])`, null]],
    run: (_caller, x: Value) => convert(x),
  };
}

function made({ run, at }: Caller, text: string): string {
  newString(run.meter, text.length, at);
  return text;
}
