// Expressions as documents.
import type {
  Binary,
  BinaryOperator,
  Call,
  Conditional,
  Expression,
  Lambda,
  Member,
  RecordEntry,
  RecordLiteral,
} from '../tree.ts';
import { type Doc, group, indent, line, softLine } from './doc.ts';
import { formatHugged, formatItems } from './format-lists.ts';
import type { Writer } from './writer.ts';

/** An expression, from its first token to its last. */
export function formatExpression(writer: Writer, node: Expression): Doc {
  switch (node.kind) {
    case 'list':
      return formatItems(writer, node.items, softLine, (item) => formatExpression(writer, item));
    case 'record':
      return formatRecord(writer, node);
    case 'parentheses': {
      const docs = [writer.token(), indent(writer.gap(softLine), formatExpression(writer, node.of))];
      return group(...docs, writer.closingGap(softLine), writer.token());
    }
    case 'unary': {
      const docs = [writer.token(), writer.gap(node.operator === 'not' ? ' ' : '')];
      return [...docs, formatExpression(writer, node.of)];
    }
    case 'binary':
      return formatBinary(writer, node);
    case 'conditional':
      return formatConditional(writer, node);
    case 'lambda':
      return formatLambda(writer, node);
    case 'member':
      return formatMember(writer, node);
    case 'index': {
      const docs = [formatExpression(writer, node.of), writer.token()];
      docs.push(writer.gap(''), formatExpression(writer, node.at));
      return [...docs, writer.token()];
    }
    case 'call':
      return formatCall(writer, node);
    case 'format':
      return writer.verbatim(node.end);
    default:
      return writer.token();
  }
}

/** `{ key: value }` */
export function formatRecord(writer: Writer, node: RecordLiteral): Doc {
  return formatItems(writer, node.entries, line, (entry) => formatEntry(writer, entry));
}

function formatEntry(writer: Writer, entry: RecordEntry): Doc {
  return [writer.token(), writer.token(), writer.gap(' '), formatExpression(writer, entry.value)];
}

/** `x => value` */
export function formatLambda(writer: Writer, node: Lambda): Doc {
  const docs = [writer.token(), writer.gap(' '), writer.token(), writer.gap(' ')];
  return [...docs, formatExpression(writer, node.body)];
}

function formatConditional(writer: Writer, node: Conditional): Doc {
  const docs = [writer.token(), writer.gap(' '), formatExpression(writer, node.condition)];
  const then = [writer.gap(line), writer.token(), writer.gap(' '), formatExpression(writer, node.then)];
  const otherwise = [writer.gap(line), writer.token(), writer.gap(' '), formatExpression(writer, node.otherwise)];
  return group(...docs, indent(...then, ...otherwise));
}

function formatMember(writer: Writer, node: Member): Doc {
  const of = formatExpression(writer, node.of);
  // Directly behind a model reference, the point and the name would be a part of it.
  const apart = node.of.kind === 'model' && !node.of.quoted ? writer.gap(' ') : '';
  return [of, apart, writer.token(), writer.token()];
}

function formatCall(writer: Writer, node: Call): Doc {
  const callee = formatExpression(writer, node.callee);
  const [only, ...others] = node.arguments;
  if (only !== undefined && others.length === 0 && (only.kind === 'list' || only.kind === 'record'))
    return [callee, formatHugged(writer, () => formatExpression(writer, only))];
  return [callee, formatItems(writer, node.arguments, softLine, (item) => formatExpression(writer, item))];
}

/** What may stand beside each other without parentheses is one chain. */
const chains: Readonly<Partial<Record<BinaryOperator, number>>> = {
  or: 1,
  and: 2,
  '??': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  div: 5,
  mod: 5,
};

/** A chain of operators that bind equally: they break together, each before its operator. */
function formatBinary(writer: Writer, node: Binary): Doc {
  const links: Binary[] = [node];
  let first = node.left;
  const chain = chains[node.operator];
  while (first.kind === 'binary' && chain !== undefined && chains[first.operator] === chain) {
    links.push(first);
    first = first.left;
  }
  const start = formatExpression(writer, first);
  const rest = links.reverse().map(({ operator, right }): Doc => {
    const docs = [writer.gap(line), writer.token()];
    if (operator === 'not in') docs.push(writer.gap(' '), writer.token());
    return [...docs, writer.gap(' '), formatExpression(writer, right)];
  });
  return group(start, indent(...rest));
}
