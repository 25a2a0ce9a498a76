// `matches`: a text and a regex literal, which is checked here once and for all.
import { compileRegex, regexLimits } from '../../run/values/regex.ts';
import type { Binary, RegexLiteral } from '../../syntax/tree.ts';
import { expect, infer } from '../expressions.ts';
import { report, unknown, type Place, type Typed } from '../place.ts';
import { spanOf } from '../span.ts';

export function inferMatches(place: Place, node: Binary): Typed {
  const left = expect(place, node.left, { kind: 'String' });
  const right = node.right.kind === 'parentheses' ? node.right.of : node.right;
  if (right.kind !== 'regex') {
    if (right.kind !== 'missing') {
      infer(place, right);
      report(place, 'E121', right, 'on the right of "matches" stands a regex literal: re"…"');
    }
    return { ...unknown(place), type: { kind: 'Bool' } };
  }
  validate(place, right);
  const regex = place.unit.constants.ir(right.value);
  return {
    ir: { kind: 'operation', name: 'matches', operands: [left.ir, regex], at: spanOf(node) },
    type: { kind: 'Bool' },
  };
}

/** As the back ends will compile it; it is kept for them. */
function validate(place: Place, node: RegexLiteral): void {
  const { regexes } = place.unit;
  if (!regexes.has(node.value)) {
    regexes.add(node.value);
    place.unit.spent.regexChars += node.value.length;
  }
  if (place.unit.spent.regexChars > regexLimits.unitChars)
    return report(place, 'E120', node, `the regexes of a source have ${regexLimits.unitChars} characters at most`);
  try {
    compileRegex(node.value);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/^error parsing regexp: /, '') : 'it cannot be read';
    report(place, 'E120', node, `no regex: ${why}`);
  }
  return undefined;
}
