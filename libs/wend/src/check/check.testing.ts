// For tests: a source with those that it stands on, checked, and what was said in one line each.
import { Diagnostics, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { positionAt } from '../diagnostics/position.ts';
import type { Ir, Unit } from '../ir/ir.ts';
import { parse } from '../syntax/parse.ts';
import { splitReference } from '../syntax/reference.ts';
import type { Type } from '../types/type.ts';
import { check } from './check.ts';
import { ConstantTable } from './constants.ts';
import { declareFunctions } from './declarations/functions.ts';
import { defineTypes } from './declarations/type-definitions.ts';
import { checkValues } from './declarations/values.ts';
import { infer } from './expressions.ts';
import { Names } from './names.ts';
import { startOf, type UnitContext } from './place.ts';

/** Of the text alone: what stands beside it must have no errors. */
export interface Found {
  readonly unit: Unit | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** @param beside sources that it extends or imports, by the names that they bear */
export function checkText(text: string, beside: readonly string[] = []): Found {
  const { source, diagnostics } = parse(text, 'test.wend');
  const bases: Unit[] = [];
  let above = source.body?.kind === 'policy' ? source.body.extends?.value : undefined;
  while (above !== undefined) {
    const base = find(above, beside);
    if (base === undefined) break;
    bases.push(base.unit);
    above = base.above;
  }
  const imports = new Map(
    source.imports.flatMap(({ from }) => {
      const found = find(from.value, beside);
      return found === undefined ? [] : [[from.value, found.unit] as const];
    }),
  );
  const checked = check(source, { bases, imports });
  return { unit: checked.unit, diagnostics: [...diagnostics, ...checked.diagnostics] };
}

/** `E101 1:14 message` of each. */
export function said(text: string, beside: readonly string[] = []): readonly string[] {
  return checkText(text, beside).diagnostics.map(({ code, span, message }) => {
    const { line, column } = positionAt(text, span.start);
    return `${code} ${line}:${column} ${message}`;
  });
}

function find(reference: string, beside: readonly string[]): { unit: Unit; above: string | undefined } | undefined {
  const { name } = splitReference(reference);
  for (const text of beside) {
    const { body } = parse(text, 'beside.wend').source;
    if (body?.name.value !== name) continue;
    const { unit, diagnostics } = checkText(text, beside);
    if (unit === undefined) throw new Error(`what stands beside has errors: ${JSON.stringify(diagnostics)}`);
    return { unit, above: body.kind === 'policy' ? body.extends?.value : undefined };
  }
  return undefined;
}

/** A policy with one rule, in which a line of statements stands, the first at 2:1. */
export function inRule(statements: string): string {
  return `policy "p" { rule r {\n${statements}\n} }`;
}

/** A policy with one function, in which a line of statements stands, the first at 2:1. */
export function inFunction(statements: string, signature = 'f(n: Int, m: Int?) -> Int'): string {
  return `policy "p" { open fn ${signature} {\n${statements}\n} }`;
}

/**
 * Type and code of an expression; or what was said of it.
 * @param before types, params, consts and functions that it uses
 */
export function typed(expression: string, before = ''): { readonly type: Type; readonly ir: Ir } | readonly string[] {
  const text = `policy "p" { ${before} rule r { tag x =\n${expression}\n} }`;
  const { source } = parse(text, 'test.wend');
  const found = said(text).filter((line) => !line.startsWith('W306'));
  const { body } = source;
  const rule = body?.declarations.at(-1);
  const statement = rule?.kind === 'rule' ? rule.body.statements[0] : undefined;
  if (found.length > 0 || body === undefined || statement?.kind !== 'tag') return found;
  const unit: UnitContext = {
    kind: 'policy',
    diagnostics: new Diagnostics('test.wend'),
    constants: new ConstantTable(),
    names: new Names([], [], new Set(), false),
    literals: [],
    regexes: new Set(),
    spent: { regexChars: 0 },
    innerAnds: new WeakSet(),
  };
  const place = startOf(unit, 'rule');
  defineTypes(
    place,
    body.declarations.filter((one) => one.kind === 'type'),
  );
  declareFunctions(
    place,
    body.declarations.filter((one) => one.kind === 'fn'),
  );
  checkValues(unit, body.declarations);
  return infer(place, statement.value);
}
