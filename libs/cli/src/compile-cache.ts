// Where Node keeps code whose types are stripped already.
import { join } from 'node:path';

/** In the tree, for nobody else may write there. It makes a command start in half the time, and services too. */
export const compileCache = join(import.meta.dirname, '../../../node_modules/.cache/compile');
