// `use`: an extension before, beside or behind the model.
import type { Ir, Step } from '../../ir/ir.ts';
import type { Use } from '../../syntax/tree.ts';
import { infer } from '../expressions.ts';
import { checkReference } from '../reference.ts';
import { spanOf } from '../span.ts';
import type { Inside } from '../statements.ts';
import { checkRange, expectPositive } from './constants.ts';

/** Tokens of a stream that are held back. */
const windows = [1, 4096] as const;

export function checkUse(inside: Inside, node: Use): Step {
  const { name, range } = checkReference(inside, node.extension);
  inside.unit.literals.push({ kind: 'extension', text: node.extension.value, at: spanOf(node.extension) });
  const operands: Ir[] = [];
  if (node.with !== undefined) operands.push(infer(inside, node.with, { kind: 'Json' }).ir);
  if (node.timeout !== undefined)
    operands.push(expectPositive(inside, node.timeout, { kind: 'Duration' }, 'a timeout').ir);
  if (node.stream?.kind === 'window') checkRange(inside, node.stream.size, node.stream.size.value, 'a window', windows);
  return {
    kind: 'effect',
    effect: {
      kind: 'use',
      stage: node.stage,
      extension: name,
      range,
      ...modeOf(node),
      stream: node.stream?.kind === 'window' ? { kind: 'window', size: node.stream.size.value } : node.stream,
      hasConfig: node.with !== undefined,
      hasTimeout: node.timeout !== undefined,
    },
    operands,
    at: spanOf(node),
  };
}

/** What is not said fails closed. */
function modeOf({ mode, onFail }: Use): { mode: 'required' | 'optional'; onFail: 'block' | 'warn' | 'ignore' } {
  if (onFail !== undefined) return { mode: onFail === 'block' ? 'required' : 'optional', onFail };
  return mode === 'optional' ? { mode, onFail: 'ignore' } : { mode: 'required', onFail: 'block' };
}
