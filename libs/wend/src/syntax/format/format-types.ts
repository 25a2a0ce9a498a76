// Types as documents.
import type { Parameter, TypeNode } from '../tree.ts';
import { type Doc, group, indent, line } from './doc.ts';
import { formatItems } from './format-lists.ts';
import type { Writer } from './writer.ts';

/** A type, from its first token to its last. */
export function formatType(writer: Writer, node: TypeNode): Doc {
  switch (node.kind) {
    case 'optional':
      return [formatType(writer, node.of), writer.token()];
    case 'list-type':
      return [writer.token(), formatType(writer, node.of), writer.token()];
    case 'map-type':
      return [writer.token(), writer.token(), formatType(writer, node.of), writer.token()];
    case 'record-type':
      return formatItems(writer, node.fields, line, (field) => formatParameter(writer, field));
    case 'enum': {
      const [, ...others] = node.values;
      const first = writer.token();
      const rest = others.map((): Doc => [writer.gap(line), writer.token(), writer.gap(' '), writer.token()]);
      return group(first, indent(...rest));
    }
    default:
      return writer.token();
  }
}

/** `name: Type` */
export function formatParameter(writer: Writer, parameter: Parameter): Doc {
  return [writer.token(), writer.token(), writer.gap(' '), formatType(writer, parameter.type)];
}

/** `: Type`, or nothing. */
export function formatAnnotation(writer: Writer, type: TypeNode | undefined): Doc {
  return type === undefined ? '' : [writer.token(), writer.gap(' '), formatType(writer, type)];
}
