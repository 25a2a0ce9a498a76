// f"… {expression} …"
import type { Expression, FormatString, Text } from '../../syntax/tree.ts';
import { presentOf } from '../../types/assignable.ts';
import { isScalar } from '../../types/comparable.ts';
import { show } from '../../types/show.ts';
import { infer, narrowHelp } from '../expressions.ts';
import { report, type Place, type Typed } from '../place.ts';
import { spanOf } from '../span.ts';

export function inferFormat(place: Place, node: FormatString): Typed {
  const operands = node.parts.map((part) =>
    isText(part) ? place.unit.constants.ir(part.value) : inferPart(place, part).ir,
  );
  return { ir: { kind: 'operation', name: 'format', operands, at: spanOf(node) }, type: { kind: 'String' } };
}

function inferPart(place: Place, part: Expression): Typed {
  const typed = infer(place, part);
  if (typed.type.kind === 'Unknown' || typed.type.kind === 'Never') return typed;
  if (typed.type.kind === 'optional' || typed.type.kind === 'Null')
    report(place, 'E103', part, 'this may be null, and stands in a text', narrowHelp(presentOf(typed.type)));
  else if (!isScalar(typed.type))
    report(place, 'E123', part, `${show(typed.type)} has no text of its own`, 'put a field of it there, or use join()');
  return asText(typed, part);
}

/** Of these, a number is not what a reader wants: `text()` says how they are written. */
const written: Readonly<Record<string, string>> = {
  Money: 'text:money',
  Duration: 'text:duration',
  Time: 'text:time',
};

function asText(typed: Typed, part: Expression): Typed {
  const name = written[typed.type.kind];
  if (name === undefined) return typed;
  return { ir: { kind: 'library', name, arguments: [typed.ir], at: spanOf(part) }, type: { kind: 'String' } };
}

function isText(part: Text | Expression): part is Text {
  return !('kind' in part);
}
