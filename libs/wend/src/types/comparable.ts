// Which values may be compared, and how much that is.
import { presentOf } from './assignable.ts';
import type { Type } from './type.ts';

/** Whether `==` of two types can ever be true. Null is asked for apart: any two may both be null. */
export function isComparable(left: Type, right: Type): boolean {
  const [one, other] = [presentOf(left), presentOf(right)];
  if (one.kind === 'Never' || other.kind === 'Never' || one.kind === 'Unknown' || other.kind === 'Unknown') return true;
  if (one.kind === 'Json' || other.kind === 'Json') return true;
  if (one.kind === 'enum' && other.kind === 'enum') return one.values.some((value) => other.values.includes(value));
  if ((one.kind === 'list' || one.kind === 'map') && one.kind === other.kind) return isComparable(one.of, other.of);
  if (one.kind === 'record' && other.kind === 'record')
    return [...one.fields].every(([name, type]) => {
      const second = other.fields.get(name);
      return second === undefined || isComparable(type, second);
    });
  return familyOf(one) === familyOf(other);
}

/** Of scalars and null: one machine comparison. */
export function isScalar(type: Type): boolean {
  const { kind } = presentOf(type);
  return !['list', 'map', 'record', 'Json', 'Model', 'Unknown', 'Never'].includes(kind);
}

function familyOf({ kind }: Type): string {
  if (kind === 'Int') return 'Float';
  return kind === 'enum' || kind === 'ModelId' ? 'String' : kind;
}
