// What is wrong with a source, where, and what helps.
import type { Code } from './codes.ts';

/** A stretch of a source: offsets in UTF-16 code units, `end` is behind the last one. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Severity = 'error' | 'warning';

export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  /** Lower case, no final period, the thing in quotes and the limit that was hit. */
  readonly message: string;
  /** As the source was named when it was parsed. */
  readonly file: string;
  readonly span: Span;
  /** What the author may do: `did you mean "free"?` */
  readonly help?: string;
}

/** Whether any of them keeps a policy from being linked. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}

/** More than these are not worth reading, and a hostile source could have one for each of its characters. */
const mostReported = 100;

/** Nor longer ones: a name in it may be as long as a source. */
const longest = 400;

/** Collects what is wrong with one file; several things a run. */
export class Diagnostics {
  readonly list: Diagnostic[] = [];
  readonly #file: string;
  readonly #said = new Set<string>();
  #errors = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** Also when it is no longer in the list. */
  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  /**
   * Say it, once at one place: whoever recovers may come by again. Warnings leave room for errors; of either no more than can be read.
   * @param help may be computed: it is asked for only where it will be shown
   */
  report(code: Code, span: Span, message: string, help?: Help): void {
    const severity: Severity = code.startsWith('W') ? 'warning' : 'error';
    if (severity === 'error') this.#errors += 1;
    const key = `${code} ${span.start} ${span.end}`;
    if (this.#said.has(key)) return;
    const before = severity === 'error' ? Math.min(this.#errors - 1, this.list.length) : this.list.length;
    if (before >= mostReported) return;
    this.#said.add(key);
    const text = typeof help === 'function' ? help() : help;
    const found: Diagnostic = { code, severity, message: shortened(message), file: this.#file, span };
    this.list.push(text === undefined ? found : { ...found, help: shortened(text) });
  }
}

function shortened(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

/** What the author may do, or how to find out. */
export type Help = string | (() => string | undefined);
