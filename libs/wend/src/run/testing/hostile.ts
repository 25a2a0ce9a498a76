// Keys and texts that have broken interpreters before.

export const hostileNames = [
  '__proto__',
  'constructor',
  'prototype',
  'then',
  'toJSON',
  'valueOf',
  'toString',
  'hasOwnProperty',
  '__defineGetter__',
  'length',
  'name',
  'arguments',
  'caller',
] as const;

export const hostileKeys: readonly string[] = [
  ...hostileNames,
  '',
  '0',
  '-1',
  ' ',
  'a b',
  'k0',
  'v0',
  "'];x;['",
  '`${x}`',
  '*/x/*',
  '\u2028',
  'ключ',
  '🦊',
  'k'.repeat(10_000),
];

export const hostileTexts: readonly string[] = [...hostileKeys, 'a,b,,c', 'x'.repeat(200), '12', '-3.5e2', '10:30'];
