// Places in the source.
import type { Span } from '../diagnostics/diagnostic.ts';

/** The place of a node, without the node: units outlive trees. An object of its own each time: INVARIANT (a place is one object), see ir.ts. */
export function spanOf({ start, end }: Span): Span {
  return { start, end };
}
