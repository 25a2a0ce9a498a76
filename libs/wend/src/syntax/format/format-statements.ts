// Blocks and statements as documents.
import type { Block, Expression, Path, Statement } from '../tree.ts';
import { type Doc, group, indent, line } from './doc.ts';
import { formatEffect } from './format-effects.ts';
import { formatExpression } from './format-expressions.ts';
import { formatAnnotation } from './format-types.ts';
import type { Writer } from './writer.ts';

/** `{ … }`: on one line when there is only one statement, without a block of its own, and it fits. */
export function formatBlock(writer: Writer, node: Block): Doc {
  const opening = writer.token();
  const [only, ...others] = node.statements;
  if (only === undefined || others.length > 0 || hasBlock(only) || writer.hasComment())
    return formatLines(writer, opening, node.statements, (statement) => formatStatement(writer, statement));
  const inside = indent(writer.gap(line), formatStatement(writer, only));
  const closing = writer.hasComment() ? writer.lastGap(false) : writer.gap(line);
  return group(opening, inside, closing, writer.token());
}

/** `{`, which is written already, an item a line, `}`. */
export function formatLines<Item>(
  writer: Writer,
  opening: Doc,
  items: readonly Item[],
  formatItem: (item: Item) => Doc,
): Doc {
  if (items.length === 0 && !writer.hasComment()) return [opening, writer.token()];
  const docs = items.map((item, index): Doc => [writer.lineGap(index === 0), formatItem(item)]);
  return [opening, indent(...docs), writer.lastGap(items.length === 0), writer.token()];
}

function hasBlock(statement: Statement): boolean {
  return ['if', 'for', 'while', 'experiment'].includes(statement.kind);
}

function formatStatement(writer: Writer, node: Statement): Doc {
  switch (node.kind) {
    case 'let': {
      const docs = [writer.token(), writer.gap(' '), writer.token(), formatAnnotation(writer, node.type)];
      return [...docs, formatValue(writer, node.value)];
    }
    case 'set':
      return [writer.token(), writer.gap(' '), writer.token(), formatValue(writer, node.value)];
    case 'if': {
      const docs = [writer.token(), writer.gap(' '), formatExpression(writer, node.condition)];
      docs.push(writer.gap(' '), formatBlock(writer, node.then));
      if (node.otherwise === undefined) return docs;
      docs.push(writer.gap(' '), writer.token(), writer.gap(' '));
      const { otherwise } = node;
      docs.push(otherwise.kind === 'block' ? formatBlock(writer, otherwise) : formatStatement(writer, otherwise));
      return docs;
    }
    case 'for': {
      const docs = [writer.token(), writer.gap(' '), writer.token(), writer.gap(' '), writer.token()];
      docs.push(writer.gap(' '), formatExpression(writer, node.of));
      return [...docs, writer.gap(' '), formatBlock(writer, node.body)];
    }
    case 'while': {
      const docs = [writer.token(), writer.gap(' '), formatExpression(writer, node.condition)];
      return [...docs, writer.gap(' '), formatBlock(writer, node.body)];
    }
    case 'break':
    case 'continue':
      return writer.token();
    case 'return':
      return node.value === undefined
        ? writer.token()
        : [writer.token(), writer.gap(' '), formatExpression(writer, node.value)];
    default:
      return formatEffect(writer, node);
  }
}

/** ` = value` */
export function formatValue(writer: Writer, value: Expression): Doc {
  return [writer.gap(' '), writer.token(), writer.gap(' '), formatExpression(writer, value)];
}

/** `a.b["c"]` */
export function formatPath(writer: Writer, path: Path): Doc {
  const [, ...others] = path.parts;
  const docs = [writer.token()];
  for (const { quoted } of others) {
    docs.push(writer.token(), writer.token());
    if (quoted) docs.push(writer.token());
  }
  return docs;
}
