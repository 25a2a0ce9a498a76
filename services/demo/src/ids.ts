/** Ids of answers: unique across processes by a random part drawn once, within one by counting. */
import { randomBytes } from 'node:crypto';

const run = randomBytes(8).toString('hex');
let count = 0;

/** The next id: letters and digits, to be put behind a prefix such as `chatcmpl-`. */
export function nextId(): string {
  return run + (count++).toString(36).padStart(8, '0');
}
