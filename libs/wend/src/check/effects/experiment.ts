// `experiment`: arms, of which one is taken and all are computed.
import type { Step } from '../../ir/ir.ts';
import type { Experiment } from '../../syntax/tree.ts';
import { infer } from '../expressions.ts';
import { report } from '../place.ts';
import { spanOf } from '../span.ts';
import { checkBlock, type Inside } from '../statements.ts';
import { expectKey } from './constants.ts';

export function checkExperiment(inside: Inside, node: Experiment): Step {
  if (inside.arms > 0) report(inside, 'E220', node, 'an arm of an experiment holds no other experiment');
  if (node.arms.length < 2) report(inside, 'E209', node, 'an experiment has two arms at least');
  const key = expectKey(inside, node.by, infer(inside, node.by));
  const names = new Set<string>();
  const arms = node.arms.map(({ name, body }) => {
    if (names.has(name.text)) report(inside, 'E109', name, `there are two arms "${name.text}"`);
    names.add(name.text);
    const { code } = checkBlock({ ...inside, arms: inside.arms + 1, loop: undefined }, body);
    return { name: name.text, code };
  });
  return { kind: 'experiment', name: node.name.text, key: key.ir, arms, at: spanOf(node) };
}
