// Effects: what rules and routes say, each to its step.
import type { Step } from '../../ir/ir.ts';
import type { Effect } from '../../syntax/tree.ts';
import { report } from '../place.ts';
import type { Inside } from '../statements.ts';
import { checkCache, checkDeny, checkHedge, checkLimit, checkTag } from './answers.ts';
import { checkExperiment } from './experiment.ts';
import { checkUse } from './pipeline.ts';
import { checkCandidates, checkFallback, checkFilter, checkSplit, checkSticky } from './routing.ts';
import { checkTransform } from './transform.ts';

/** Undefined where it could not be understood; it has been said why. */
export function checkEffect(inside: Inside, node: Effect): Step | undefined {
  sayOutOfPlace(inside, node);
  switch (node.kind) {
    case 'deny':
      return checkDeny(inside, node);
    case 'candidates':
      return checkCandidates(inside, node);
    case 'split':
      return checkSplit(inside, node);
    case 'fallback':
      return checkFallback(inside, node);
    case 'sticky':
      return checkSticky(inside, node);
    case 'limit':
      return checkLimit(inside, node);
    case 'only':
    case 'exclude':
      return checkFilter(inside, node);
    case 'use':
      return checkUse(inside, node);
    case 'transform':
      return checkTransform(inside, node);
    case 'experiment':
      return checkExperiment(inside, node);
    case 'cache':
      return checkCache(inside, node);
    case 'hedge':
      return checkHedge(inside, node);
    case 'tag':
      return checkTag(inside, node);
  }
}

const ofRoutes: readonly Effect['kind'][] = ['candidates', 'split', 'fallback', 'sticky'];

function sayOutOfPlace(inside: Inside, node: Effect): void {
  const { role } = inside.procedure;
  if (role === 'fn')
    report(
      inside,
      'E202',
      node,
      `a function says nothing: "${node.kind}" stands in rules and routes`,
      'return a value',
    );
  else if (role === 'rule' && ofRoutes.includes(node.kind))
    report(
      inside,
      'E203',
      node,
      `"${node.kind}" stands in routes: a rule does not choose`,
      'a rule narrows what routes choose from with "only" and "exclude"',
    );
}
