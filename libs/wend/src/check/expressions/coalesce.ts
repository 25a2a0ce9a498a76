// `??`: what holds where the left side is null.
import type { Binary } from '../../syntax/tree.ts';
import { join, presentOf } from '../../types/assignable.ts';
import { show } from '../../types/show.ts';
import { optionalOf, type Type } from '../../types/type.ts';
import { lazy } from '../cost.ts';
import { infer, mismatch } from '../expressions.ts';
import { report, type Place, type Typed } from '../place.ts';

export function inferCoalesce(place: Place, node: Binary, hint: Type | undefined): Typed {
  const left = infer(place, node.left, hint && optionalOf(hint));
  const present = presentOf(left.type);
  if (!['optional', 'Null', 'Unknown', 'Never', 'Json'].includes(left.type.kind))
    report(place, 'W304', node.left, 'this is never null: what stands behind "??" is never used');
  const right = infer(place, node.right, present.kind === 'Never' ? hint : present);
  const ir = { kind: 'coalesce', left: left.ir, right: lazy(right.ir, node.right) } as const;
  const isForeign = present.kind === 'enum' && typeof right.constant === 'string' && right.type.kind === 'String';
  if (isForeign) return { ...mismatch(place, node.right, right, present), ir, type: present };
  const type = join(present, right.type);
  if (type === undefined)
    report(place, 'E119', node.right, `this is ${show(right.type)}, and what it stands in for is ${show(present)}`);
  return {
    ir,
    type: type ?? { kind: 'Unknown' },
    // `x ?? false` is only true of an x that is not null
    ...(right.constant === false && left.proves && { whenTrue: new Set(left.proves) }),
    ...(right.constant === true && left.proves && { whenFalse: new Set(left.proves) }),
  };
}
