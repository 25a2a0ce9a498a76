// Bodies of requests: the same bytes each time, or with a number of its own in each.
import { uniqueMark } from './order.ts';

let last = 0;

/** Gives the body of the next request. A `uniqueMark` in the text becomes a number that no other request has, nor one of an earlier run. */
export function bodyOf(text: string): () => Buffer {
  if (!text.includes(uniqueMark)) {
    const same = Buffer.from(text);
    return () => same;
  }
  const run = Date.now();
  return () => Buffer.from(text.replace(uniqueMark, `${run}-${(last += 1)}`));
}
