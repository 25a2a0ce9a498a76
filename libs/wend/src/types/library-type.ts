// Types of the library's functions.
import type { Basic } from './type.ts';

/** A type in which some places are left open: `[T]`, `T => Bool`. */
export type LibraryType =
  | { readonly kind: Basic }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'list' | 'map' | 'optional'; readonly of: LibraryType }
  | { readonly kind: 'record'; readonly fields: ReadonlyMap<string, LibraryType> }
  /** The same type wherever the name stands; `within` says what it may be, where not anything: an enum is a String there, an Int a Float. */
  | { readonly kind: 'variable'; readonly name: string; readonly within?: readonly Basic[] }
  /** A lambda, or the name of a function where that takes as many parameters. */
  | { readonly kind: 'function'; readonly parameters: readonly LibraryType[]; readonly returns: LibraryType };
