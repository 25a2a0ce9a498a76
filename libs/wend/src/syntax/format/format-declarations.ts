// Declarations as documents.
import type { Declaration, Expression, TestStep } from '../tree.ts';
import { type Doc, indent, softLine } from './doc.ts';
import { formatExpression, formatRecord } from './format-expressions.ts';
import { formatItems } from './format-lists.ts';
import { formatBlock, formatLines, formatPath, formatValue } from './format-statements.ts';
import { formatAnnotation, formatParameter, formatType } from './format-types.ts';
import type { Writer } from './writer.ts';

/** A declaration, from its first token to its last. */
export function formatDeclaration(writer: Writer, node: Declaration): Doc {
  switch (node.kind) {
    case 'meta':
      return [writer.token(), writer.gap(' '), formatRecord(writer, node.value)];
    case 'combine':
      return [writer.token(), writer.gap(' '), writer.token(), writer.gap(' '), writer.token()];
    case 'param': {
      const docs = [modified(writer, node.final), writer.token(), formatAnnotation(writer, node.type)];
      return [...docs, formatValue(writer, node.value)];
    }
    case 'const': {
      const docs = [modified(writer, false), writer.token(), formatAnnotation(writer, node.type)];
      return [...docs, formatValue(writer, node.value)];
    }
    case 'type': {
      const docs = [modified(writer, false), writer.token(), writer.gap(' '), writer.token(), writer.gap(' ')];
      return [...docs, formatType(writer, node.type)];
    }
    case 'fn': {
      const docs = [modified(writer, node.open), writer.token()];
      docs.push(formatItems(writer, node.parameters, softLine, (one) => formatParameter(writer, one)));
      docs.push(writer.gap(' '), writer.token(), writer.gap(' '), formatType(writer, node.returns));
      return [...docs, writer.gap(' '), formatBlock(writer, node.body)];
    }
    case 'rule': {
      const docs = [modified(writer, node.open), writer.token()];
      if (node.priority !== undefined) docs.push(formatPriority(writer));
      docs.push(formatWhen(writer, node.when));
      return [...docs, writer.gap(' '), formatBlock(writer, node.body)];
    }
    case 'route': {
      const docs = [modified(writer, node.final), writer.token(), formatWhen(writer, node.when)];
      return [...docs, writer.gap(' '), formatBlock(writer, node.body)];
    }
    case 'breaker': {
      const docs = [writer.token(), writer.gap(' '), writer.token(), writer.gap(' ')];
      return [...docs, formatRecord(writer, node.value)];
    }
    case 'test': {
      const docs = [writer.token(), writer.gap(' '), writer.token(), writer.gap(' ')];
      return [...docs, formatLines(writer, writer.token(), node.steps, (step) => formatStep(writer, step))];
    }
  }
}

/** The word of a declaration, `open` or `final` before it, and a space behind. */
function modified(writer: Writer, modifier: boolean): Doc {
  const docs = modifier ? [writer.token(), writer.gap(' ')] : [];
  return [...docs, writer.token(), writer.gap(' ')];
}

function formatPriority(writer: Writer): Doc {
  const docs = [writer.gap(' '), writer.token(), writer.gap(' ')];
  const negative = writer.peek().text === '-';
  if (negative) docs.push(writer.token());
  return [...docs, writer.token()];
}

/** Two steps to the right where it breaks: one is that of the block behind it. */
function formatWhen(writer: Writer, when: Expression | undefined): Doc {
  if (when === undefined) return '';
  const docs = [writer.gap(' '), writer.token(), writer.gap(' ')];
  return [...docs, indent(formatExpression(writer, when))];
}

function formatStep(writer: Writer, step: TestStep): Doc {
  const word = [writer.token(), writer.gap(' ')];
  switch (step.kind) {
    case 'given':
      return [...word, formatPath(writer, step.path), formatValue(writer, step.value)];
    case 'sample':
      return [...word, writer.token()];
    case 'expect':
      return [...word, formatExpression(writer, step.value)];
  }
}
