// How signatures of the library are written.
import type { LibraryType } from '../../types/library-type.ts';
import type { Basic } from '../../types/type.ts';
import type { LibraryParameter } from './library-function.ts';

export const bool: LibraryType = { kind: 'Bool' };
export const int: LibraryType = { kind: 'Int' };
export const float: LibraryType = { kind: 'Float' };
export const string: LibraryType = { kind: 'String' };
export const duration: LibraryType = { kind: 'Duration' };
export const money: LibraryType = { kind: 'Money' };
export const time: LibraryType = { kind: 'Time' };
export const json: LibraryType = { kind: 'Json' };
export const modelId: LibraryType = { kind: 'ModelId' };
export const model: LibraryType = { kind: 'Model' };

export const listOf = (of: LibraryType): LibraryType => ({ kind: 'list', of });
export const mapOf = (of: LibraryType): LibraryType => ({ kind: 'map', of });
export const optional = (of: LibraryType): LibraryType => ({ kind: 'optional', of });
export const enumOf = (...values: readonly string[]): LibraryType => ({ kind: 'enum', values });
export const recordOf = (fields: Readonly<Record<string, LibraryType>>): LibraryType => ({
  kind: 'record',
  fields: new Map(Object.entries(fields)),
});
export const variable = (name: string, ...within: readonly Basic[]): LibraryType =>
  within.length === 0 ? { kind: 'variable', name } : { kind: 'variable', name, within };
export const functionOf = (parameters: readonly LibraryType[], returns: LibraryType): LibraryType => ({
  kind: 'function',
  parameters,
  returns,
});

/** A parameter that must be given. */
export const takes = (name: string, type: LibraryType): LibraryParameter => ({ name, type });
/** One that may be left out. */
export const mayTake = (name: string, type: LibraryType): LibraryParameter => ({ name, type, optional: true });
