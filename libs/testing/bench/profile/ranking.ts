// Functions by name and by package, ranked: what profiles of time and of memory have in common. Pure.

export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

/** Amounts by name, largest first: µs, or bytes. */
export type Ranking = readonly (readonly [name: string, amount: number])[];

export function rank(amounts: ReadonlyMap<string, number>): Ranking {
  return [...amounts].sort(([, a], [, b]) => b - a);
}

export function nameOf({ functionName, url, lineNumber }: CallFrame): string {
  if (url === '') return functionName || '(native)';
  return `${functionName || '(anonymous)'} ${shorten(url)}:${lineNumber + 1}`;
}

/** `undici`, `libs/wire`, `node`; what has no file is V8's own. */
export function packageOf({ url }: CallFrame): string {
  if (url === '') return 'v8: native code, garbage collection, system calls';
  const [, dependency] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  const [, ours] = /\/((?:libs|services)\/[^/]+)\//.exec(url) ?? [];
  return dependency ?? ours ?? (url.startsWith('node:') ? 'node' : 'other');
}

function shorten(url: string): string {
  return url.replace(/^.*\/node_modules\//, '').replace(/^file:\/\/.*?\/((?:libs|services)\/)/, '$1');
}
