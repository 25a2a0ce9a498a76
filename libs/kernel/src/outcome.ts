// How a request ended at a stop, as metrics and traces judge it. Pure.
import { heldAnswer, type Outcome } from '@router-mesh/contracts';

const asItShould: ReadonlySet<string> = new Set(['ok', heldAnswer, 'superseded' satisfies Outcome]);

/** A stop that left a request to another attempt of it has done what it should. */
export function isAsItShould(code: string): boolean {
  return asItShould.has(code);
}
