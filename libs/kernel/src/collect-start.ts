// What a start leaves behind, given back to the system: V8 itself would keep it for as long as the service rests.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { readonly type: 'major'; readonly flavor: 'last-resort' }) => void;

/**
 * Collect all garbage there is, and give back the empty pages. Takes 20 to 60 ms, so it belongs before the first request.
 *
 * The flavour is V8's for memory that has run out: the only one that also shrinks the space of young objects, which has grown to 7 MB by then.
 */
export function collectStart(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  collect({ type: 'major', flavor: 'last-resort' });
}
