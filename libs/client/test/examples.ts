// The examples of our pages and docstrings, as programs that can be run.

/** One `ts` block, and what it prints where a `text` block follows it. */
export interface Example {
  /** `<page>:<line>` */
  readonly at: string;
  readonly code: string;
  readonly prints: string | undefined;
}

// Matches a fenced block of TypeScript, and a fenced block of text when nothing but white space is between them.
const blocks = /^```ts\n(.*?)^```$(?:\s*^```text\n(.*?)^```$)?/gms;

/** The examples of a Markdown page. */
export function examplesOf(page: string, markdown: string): Example[] {
  return [...markdown.matchAll(blocks)].map(({ 1: code = '', 2: prints, index }) => ({
    at: `${page}:${markdown.slice(0, index).split('\n').length}`,
    code,
    prints,
  }));
}

/** The Markdown in the doc comments of a source; lines keep their numbers. */
export function commentsOf(source: string): string {
  const lines = source.split('\n').map((line) => /^\s*\* ?(.*)$/.exec(line)?.[1] ?? '');
  return lines.join('\n');
}

/** An example that does not connect by itself stands after one that does; what it leaves open is closed behind it. */
export function programOf({ code }: Example, connecting: string): string {
  const whole = code.includes('connect(') ? code : `${connecting}\n${code}`;
  return whole.includes('await using client') ? whole : `${whole}\nawait client.close();\n`;
}
