// The words of a source. Joined in order they are the source again.
import type { Span } from '../diagnostics/diagnostic.ts';

export type TokenKind =
  | 'identifier'
  | 'int'
  | 'float'
  | 'percent'
  | 'duration'
  | 'money'
  | 'string'
  | 'format'
  | 'regex'
  | 'model'
  | 'symbol'
  | 'space'
  | 'comment'
  /** What no rule of the language matches. */
  | 'unknown'
  | 'end';

export interface Token extends Span {
  readonly kind: TokenKind;
  readonly text: string;
}
