// The tests that stand in a policy.
import type { Cursor } from './cursor.ts';
import { parseExpression } from './parse-expressions.ts';
import { parsePath } from './parse-path.ts';
import { parseValue } from './parse-statements.ts';
import { atDeclaration, skipTo } from './recovery.ts';
import type { Test, TestStep } from './tree.ts';

/** What follows the word `test`. */
export function parseTest(cursor: Cursor, start: number): Test {
  const name = cursor.expectString('what the test shows, as a string');
  const steps: TestStep[] = [];
  const opened = cursor.expectSymbol('{');
  while ((opened || atStep(cursor)) && !cursor.atSymbol('}') && !cursor.atEnd() && !atDeclaration(cursor)) {
    cursor.enter();
    const step = parseStep(cursor);
    cursor.leave();
    if (step === undefined) {
      cursor.expected('"given", "sample" or "expect"');
      skipTo(cursor, atStep);
    } else {
      steps.push(step);
    }
  }
  cursor.expectSymbol('}');
  return { kind: 'test', name, steps, ...cursor.span(start) };
}

function atStep(cursor: Cursor): boolean {
  return cursor.atWord('given') || cursor.atWord('sample') || cursor.atWord('expect');
}

function parseStep(cursor: Cursor): TestStep | undefined {
  const { start } = cursor.token;
  if (cursor.takeWord('given')) {
    const path = parsePath(cursor);
    const value = parseValue(cursor);
    return { kind: 'given', path, value, ...cursor.span(start) };
  }
  if (cursor.takeWord('sample')) {
    const name = cursor.expectString('the name of a sample, as a string');
    return { kind: 'sample', name, ...cursor.span(start) };
  }
  if (!cursor.takeWord('expect')) return undefined;
  const value = parseExpression(cursor);
  return { kind: 'expect', value, ...cursor.span(start) };
}
