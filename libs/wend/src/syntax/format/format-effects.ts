// Effects as documents.
import type { Effect, Experiment, Expression, Fallback, Split, Use } from '../tree.ts';
import { type Doc, group, indent, line } from './doc.ts';
import { formatExpression, formatLambda } from './format-expressions.ts';
import { formatItems } from './format-lists.ts';
import { formatBlock, formatPath, formatValue } from './format-statements.ts';
import type { Writer } from './writer.ts';

/** An effect, from its word on. */
export function formatEffect(writer: Writer, node: Effect): Doc {
  const word = writer.token();
  switch (node.kind) {
    case 'deny': {
      const reason = [writer.gap(' '), writer.token()];
      const status =
        node.status === undefined ? '' : [writer.gap(line), writer.token(), writer.gap(' '), writer.token()];
      return group(word, ...reason, indent(status, clause(writer, node.message)));
    }
    case 'candidates':
      return [word, writer.gap(' '), formatExpression(writer, node.of)];
    case 'split':
      return [word, formatSplit(writer, node)];
    case 'fallback':
      return group(word, formatFallback(writer, node));
    case 'sticky':
      return [word, keyed(writer, node.by)];
    case 'limit':
      return [word, writer.gap(' '), writer.token(), formatValue(writer, node.value)];
    case 'only':
    case 'exclude':
      return [word, writer.gap(' '), formatLambda(writer, node.test)];
    case 'use':
      return group(word, formatUse(writer, node));
    case 'transform': {
      const docs = [writer.gap(' '), writer.token(), writer.gap(' '), formatPath(writer, node.path)];
      return [word, ...docs, formatValue(writer, node.value)];
    }
    case 'experiment':
      return [word, formatExperiment(writer, node)];
    case 'cache':
      if (node.on === undefined) return [word, writer.gap(' '), writer.token()];
      return group(word, keyed(writer, node.on.key), indent(clause(writer, node.on.ttl)));
    case 'hedge':
      return [word, keyed(writer, node.after)];
    case 'tag':
      return [word, writer.gap(' '), formatPath(writer, node.path), formatValue(writer, node.value)];
  }
}

/** ` word value` */
function keyed(writer: Writer, value: Expression): Doc {
  return [writer.gap(' '), writer.token(), writer.gap(' '), formatExpression(writer, value)];
}

/** ` word value`, perhaps on the next line; nothing without a value. */
function clause(writer: Writer, value: Expression | undefined): Doc {
  if (value === undefined) return '';
  return [writer.gap(line), writer.token(), writer.gap(' '), formatExpression(writer, value)];
}

function formatSplit(writer: Writer, node: Split): Doc {
  const by = node.by === undefined ? '' : keyed(writer, node.by);
  const arms = [writer.gap(' '), formatItems(writer, node.arms, line, (arm) => formatPair(writer, arm.of, arm.weight))];
  return [by, ...arms];
}

function formatPair(writer: Writer, of: Expression, weight: Expression): Doc {
  const docs = [formatExpression(writer, of), writer.token(), writer.gap(' ')];
  return [...docs, formatExpression(writer, weight)];
}

function formatFallback(writer: Writer, node: Fallback): Doc {
  const to = [writer.gap(' '), formatExpression(writer, node.to)];
  const clauses: Doc[] = [];
  if (node.on.length > 0) {
    clauses.push(writer.gap(line), writer.token());
    for (const [index] of node.on.entries()) {
      clauses.push(writer.gap(' '), writer.token());
      if (writer.takeComma() && index < node.on.length - 1) clauses.push(',');
    }
  }
  if (node.retry !== undefined) clauses.push(writer.gap(line), writer.token(), writer.gap(' '), writer.token());
  clauses.push(clause(writer, node.backoff));
  return [...to, indent(...clauses)];
}

function formatUse(writer: Writer, node: Use): Doc {
  const extension = [writer.gap(' '), writer.token(), writer.gap(' '), writer.token()];
  const clauses: Doc[] = [clause(writer, node.with)];
  if (node.mode !== undefined) clauses.push(writer.gap(line), writer.token());
  if (node.onFail !== undefined) clauses.push(writer.gap(line), writer.token(), writer.gap(' '), writer.token());
  clauses.push(clause(writer, node.timeout));
  if (node.stream !== undefined) {
    clauses.push(writer.gap(line), writer.token(), writer.gap(' '), writer.token());
    if (node.stream.kind === 'window') clauses.push(writer.gap(' '), writer.token());
  }
  return [...extension, indent(...clauses)];
}

function formatExperiment(writer: Writer, node: Experiment): Doc {
  const head = [writer.gap(' '), writer.token(), keyed(writer, node.by), writer.gap(' ')];
  const arms = formatItems(writer, node.arms, line, (arm) => {
    const name = [writer.token(), writer.token(), writer.gap(' ')];
    return [...name, formatBlock(writer, arm.body)];
  });
  return [...head, arms];
}
