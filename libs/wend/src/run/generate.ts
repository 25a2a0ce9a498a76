// The production back end: JavaScript from our own syntax, renamed identifiers and indexes of tables; no text of an author's is in it.
import type { BackEnd } from './instance.ts';

export const generate: BackEnd = (unit) => {
  throw new Error(`not built: ${unit.file}`);
};
