// The reference back end: one closure a node. It also runs where code generation is forbidden, and tells which regions were entered.
import type { BackEnd } from './instance.ts';

export const closures: BackEnd = (unit) => {
  throw new Error(`not built: ${unit.file}`);
};
