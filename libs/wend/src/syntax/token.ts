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
  /** An f-string, or a piece of one: up to the `{` of a hole, and from its `}` on. */
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
