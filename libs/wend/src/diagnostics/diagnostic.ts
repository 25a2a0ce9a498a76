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

/** Collects what is wrong with one file; several things a run. */
export class Diagnostics {
  readonly list: Diagnostic[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  get hasErrors(): boolean {
    return this.list.some(({ severity }) => severity === 'error');
  }

  /** Say it, once at one place: whoever recovers may come by again. */
  report(code: Code, span: Span, message: string, help?: string): void {
    if (this.list.some((one) => one.code === code && one.span.start === span.start && one.span.end === span.end))
      return;
    const severity: Severity = code.startsWith('W') ? 'warning' : 'error';
    this.list.push({ code, severity, message, file: this.#file, span, ...(help === undefined ? {} : { help }) });
  }
}
