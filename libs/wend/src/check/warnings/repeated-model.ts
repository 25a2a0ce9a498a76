// The same model twice: the second one is never asked for anything that the first was not.
import type { Expression, Fallback, ModelLiteral, Statement } from '../../syntax/tree.ts';
import { report, type Place } from '../place.ts';

/** Of literals in expressions that are tried one after the other. */
export function warnRepeated(place: Place, expressions: readonly Expression[]): void {
  const seen = new Set<string>();
  for (const literal of expressions.flatMap(modelsIn)) {
    if (seen.has(literal.value)) report(place, 'W305', literal, `"${literal.value}" stands before this already`);
    seen.add(literal.value);
  }
}

function modelsIn(node: Expression): readonly ModelLiteral[] {
  if (node.kind === 'model') return [node];
  if (node.kind === 'parentheses') return modelsIn(node.of);
  return node.kind === 'list' ? node.items.flatMap(modelsIn) : [];
}

/** Fallbacks of one list of statements that an earlier one of them has taken already. */
export function warnShadowed(place: Place, statements: readonly Statement[]): void {
  const taken = new Map<string, Fallback[]>();
  for (const node of statements) {
    if (node.kind !== 'fallback') continue;
    for (const literal of modelsIn(node.to)) {
      const before = taken.get(literal.value) ?? [];
      if (before.some((one) => one !== node && covers(one, node)))
        report(place, 'W305', literal, `"${literal.value}" is a fallback before this already, for the same failures`);
      else taken.set(literal.value, [...before, node]);
    }
  }
}

function covers(before: Fallback, node: Fallback): boolean {
  const classes = new Set(before.on.map(({ text }) => text));
  if (classes.has('any')) return true;
  if (node.on.length === 0) return classes.size === 0;
  return node.on.every(({ text }) => classes.has(text));
}
