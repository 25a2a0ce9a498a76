// Types of random programs, and what each is written like.
import type { Random } from './random.ts';

export type ProgramType =
  | { readonly kind: 'Bool' | 'Int' | 'Float' | 'String' | 'Duration' | 'Money' | 'Time' | 'ModelId' | 'Model' }
  | { readonly kind: 'list' | 'map' | 'optional'; readonly of: ProgramType }
  | { readonly kind: 'record'; readonly fields: readonly (readonly [name: string, type: ProgramType])[] };

export const bool: ProgramType = { kind: 'Bool' };
export const int: ProgramType = { kind: 'Int' };
export const float: ProgramType = { kind: 'Float' };
export const string: ProgramType = { kind: 'String' };
export const duration: ProgramType = { kind: 'Duration' };
export const money: ProgramType = { kind: 'Money' };
export const time: ProgramType = { kind: 'Time' };
export const modelId: ProgramType = { kind: 'ModelId' };
export const model: ProgramType = { kind: 'Model' };
export const listOf = (of: ProgramType): ProgramType => ({ kind: 'list', of });
export const mapOf = (of: ProgramType): ProgramType => ({ kind: 'map', of });
export const optionalOf = (of: ProgramType): ProgramType => (of.kind === 'optional' ? of : { kind: 'optional', of });

const scalars = [bool, int, int, float, string, string, duration, money, time, modelId, model];

export function randomType(random: Random, depth: number, names: readonly string[]): ProgramType {
  if (depth === 0 || random.chance(0.6)) return random.pick(scalars);
  const of = () => randomType(random, depth - 1, names);
  switch (random.below(4)) {
    case 0:
      return mapOf(of());
    case 1:
      return optionalOf(of());
    case 2:
      return {
        kind: 'record',
        fields: [...new Set([random.pick(names), random.pick(names)])].map((name) => [name, of()] as const),
      };
    default:
      return listOf(of());
  }
}

/** As it is written in a policy; two types are the same when this is. */
export function written(type: ProgramType): string {
  switch (type.kind) {
    case 'list':
      return `[${written(type.of)}]`;
    case 'map':
      return `Map<${written(type.of)}>`;
    case 'optional':
      return `${written(type.of)}?`;
    case 'record':
      return `{${type.fields.map(([name, of]) => `${name}: ${written(of)}`).join(', ')}}`;
    default:
      return type.kind;
  }
}
