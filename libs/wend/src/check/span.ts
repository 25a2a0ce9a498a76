// Places in the source.
import type { Span } from '../diagnostics/diagnostic.ts';

/** The place of a node, without the node: units outlive trees. */
export function spanOf({ start, end }: Span): Span {
  return { start, end };
}
