// Tree to text, in the one way it is written.
import type { Doc } from './format/doc.ts';
import { formatDeclaration } from './format/format-declarations.ts';
import { formatLines } from './format/format-statements.ts';
import { printDoc } from './format/print-doc.ts';
import { Writer } from './format/writer.ts';
import type { Import, Library, Policy, SourceFile } from './tree.ts';

/** Where lines break that are longer, if there is a place to. */
const width = 100;

/** Of a source without syntax errors. Idempotent; the tree of what it gives is the tree of what it got, and its comments are the same. (Of a source near the limit of size it may be larger than that.) */
export function format(source: SourceFile): string {
  const writer = new Writer(source.text, source.tokens);
  const docs: Doc[] = [writer.firstGap()];
  for (const [index, one] of source.imports.entries()) {
    if (index > 0) docs.push(writer.lineGap(false));
    docs.push(formatImport(writer, one));
  }
  if (source.body !== undefined) {
    if (source.imports.length > 0) docs.push(writer.lineGap(false));
    docs.push(formatBody(writer, source.body));
  }
  docs.push(writer.endGap());
  return printDoc(docs, width);
}

function formatImport(writer: Writer, node: Import): Doc {
  const docs = [writer.token(), writer.gap(' '), writer.token()];
  if (node.as === undefined) return docs;
  return [...docs, writer.gap(' '), writer.token(), writer.gap(' '), writer.token()];
}

function formatBody(writer: Writer, node: Policy | Library): Doc {
  const docs = [writer.token(), writer.gap(' '), writer.token()];
  const clauses = [node.version, node.kind === 'policy' ? node.extends : undefined];
  for (const clause of clauses)
    if (clause !== undefined) docs.push(writer.gap(' '), writer.token(), writer.gap(' '), writer.token());
  docs.push(writer.gap(' '));
  return [
    ...docs,
    formatLines(writer, writer.token(), node.declarations, (declaration) => formatDeclaration(writer, declaration)),
  ];
}
