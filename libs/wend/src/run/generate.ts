// The production back end: JavaScript from our own syntax, renamed identifiers and indexes of tables; no text of an author's is in it.
import type { Code, Lazy, Procedure, Unit } from '../ir/ir.ts';
import { isCode } from '../ir/read.ts';
import { backEnd } from './compile-unit.ts';
import { lazy, localName } from './generate/expression.ts';
import { code, procedure } from './generate/statement.ts';
import { Writer } from './generate/writer.ts';
import type { BackEnd, CompiledFunction } from './instance.ts';

export const generate: BackEnd = backEnd((unit, of, parameters) => {
  const { text, table } = generatedText(unit, of, parameters);
  return codeOf(text)(table);
});

/** Whether this process may turn text into code: `node --disallow-code-generation-from-strings` may not. */
export function canGenerate(): boolean {
  try {
    codeOf('return null;');
    return true;
  } catch {
    return false;
  }
}

/** The body of a function of `k`, the table, which returns the procedure. */
export function generatedText(
  unit: Unit,
  of: Procedure<Lazy | Code>,
  parameters: number,
): { text: string; table: readonly unknown[] } {
  const writer = new Writer(unit, of);
  const body = isCode(of.body)
    ? `${code(writer, of.body, procedure)}\nreturn null;`
    : `return ${lazy(writer, of.body)};`;
  const names = writer.locals.map(localName);
  const declared = names.slice(parameters).map((name) => `let ${name} = null;`);
  const known = writer.table.map((_, place) => `const k${place} = k[${place}];`);
  const text = [
    '"use strict";',
    ...known,
    // In parentheses V8 compiles it at once, and not a second time when it is first called.
    `return ((${['u', 'r', ...names.slice(0, parameters)].join(', ')}) => {`,
    'const m = r.meter;',
    ...declared,
    body,
    '});',
  ].join('\n');
  return { text, table: writer.table };
}

/** The one place where text becomes code. docs/wend/code-generation.md reviews what it may hold. */
function codeOf(text: string): (table: readonly unknown[]) => CompiledFunction {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  return new Function('k', text) as (table: readonly unknown[]) => CompiledFunction;
}
