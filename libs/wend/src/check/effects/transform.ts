// `transform`: fields of the request and of the answer that a policy may write.
import type { Step } from '../../ir/ir.ts';
import type { Name, Transform } from '../../syntax/tree.ts';
import { infer } from '../expressions.ts';
import { report } from '../place.ts';
import { spanOf } from '../span.ts';
import type { Inside } from '../statements.ts';

/** What the mesh itself reads or writes. */
const forbidden: Readonly<Record<Transform['what'], ReadonlySet<string>>> = {
  request: new Set(['model', 'stream', 'stream_options', 'router', 'n', 'max_tokens', 'max_completion_tokens']),
  response: new Set(['id', 'object', 'model', 'created', 'choices', 'usage', 'router']),
};
// Names that are more than names in JavaScript, whoever applies the path.
const hostile: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export function checkTransform(inside: Inside, node: Transform): Step {
  const value = infer(inside, node.value, { kind: 'Json' });
  const [top] = node.path.parts;
  if (top !== undefined && forbidden[node.what].has(top.text)) {
    const help = top.text.startsWith('max_') ? 'limit max_tokens = … says it' : undefined;
    report(inside, 'E207', node.path, `a policy cannot write "${top.text}" of the ${node.what}`, help);
  }
  for (const part of node.path.parts)
    if (hostile.has(part.text)) report(inside, 'E207', part, `"${part.text}" cannot be written`);
  return {
    kind: 'effect',
    effect: { kind: 'transform', what: node.what, path: node.path.parts.map(partOf) },
    operands: [value.ir],
    at: spanOf(node),
  };
}

/** `["0"]` is a place in a list. */
function partOf({ text, quoted }: Name): string | number {
  return quoted && /^(0|[1-9]\d{0,3})$/.test(text) ? Number(text) : text;
}
