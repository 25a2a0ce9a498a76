// Expressions: every one is looked at once, and comes back with its type and its code.
import { didYouMean } from '../diagnostics/suggest.ts';
import type { Expression } from '../syntax/tree.ts';
import { isAssignable, presentOf } from '../types/assignable.ts';
import { show } from '../types/show.ts';
import type { Type } from '../types/type.ts';
import { inferBinary } from './expressions/binary.ts';
import { inferCall } from './expressions/calls.ts';
import { inferConditional } from './expressions/conditional.ts';
import { inferFormat } from './expressions/format.ts';
import { inferIdentifier } from './expressions/identifiers.ts';
import { inferList, inferModel, inferNumber, inferRecord, inferString } from './expressions/literals.ts';
import { inferIndex, inferMember } from './expressions/members.ts';
import { timeForm } from './expressions/time.ts';
import { inferUnary } from './expressions/unary.ts';
import { literal, report, unknown, type Place, type Typed } from './place.ts';

/** @param hint what would fit best: it shapes literals, and is not insisted on */
export function infer(place: Place, node: Expression, hint?: Type): Typed {
  switch (node.kind) {
    case 'int':
    case 'float':
    case 'percent':
    case 'duration':
    case 'money':
      return inferNumber(place, node);
    case 'string':
      return inferString(place, node, hint);
    case 'true':
    case 'false':
      return literal(place, node.kind === 'true', { kind: 'Bool' });
    case 'null':
      return literal(place, null, { kind: 'Null' });
    case 'model':
      return inferModel(place, node);
    case 'format':
      return inferFormat(place, node);
    case 'list':
      return inferList(place, node, hint, infer);
    case 'record':
      return inferRecord(place, node, hint, infer, false);
    case 'identifier':
      return inferIdentifier(place, node);
    case 'parentheses':
      return infer(place, node.of, hint);
    case 'unary':
      return inferUnary(place, node, hint);
    case 'binary':
      return inferBinary(place, node, hint);
    case 'conditional':
      return inferConditional(place, node, hint, infer);
    case 'member':
      return inferMember(place, node);
    case 'index':
      return inferIndex(place, node);
    case 'call':
      return inferCall(place, node);
    case 'regex':
      report(place, 'E121', node, 'a regex stands on the right of "matches" only');
      return unknown(place);
    case 'lambda':
      report(
        place,
        'E114',
        node,
        'a lambda is no value',
        'it stands as an argument of a library function, or after "only" and "exclude"',
      );
      return unknown(place);
    case 'missing':
      return unknown(place);
  }
}

/** Of this type, or it is said that it is not: at the part of a literal or conditional that does not fit. */
export function expect(place: Place, node: Expression, type: Type): Typed {
  const wanted = presentOf(type);
  switch (node.kind) {
    case 'parentheses':
      return expect(place, node.of, type);
    case 'conditional':
      return inferConditional(place, node, type, expectHint);
    case 'list':
      if (wanted.kind === 'list' || wanted.kind === 'Json') return inferList(place, node, type, expectHint);
      break;
    case 'record':
      if (wanted.kind === 'record' || wanted.kind === 'map' || wanted.kind === 'Json')
        return inferRecord(place, node, type, expectHint, true);
      break;
  }
  const found = infer(place, node, type);
  return isAssignable(found.type, type) ? found : mismatch(place, node, found, type);
}

function expectHint(place: Place, node: Expression, hint: Type | undefined): Typed {
  return hint === undefined ? infer(place, node) : expect(place, node, hint);
}

/** Say that it does not fit, and why it may be. */
export function mismatch(place: Place, node: Expression, found: Typed, type: Type): Typed {
  const wanted = presentOf(type);
  if (wanted.kind === 'enum' && typeof found.constant === 'string')
    report(
      place,
      'E201',
      node,
      `${JSON.stringify(found.constant)} is not one of ${show(wanted)}`,
      didYouMean(found.constant, wanted.values),
    );
  else if (found.type.kind === 'Null') report(place, 'E103', node, `null is no ${show(type)}`);
  else if (found.type.kind === 'optional' && isAssignable(found.type.of, type))
    report(place, 'E103', node, `this may be null, and ${show(type)} is needed`, narrowHelp(wanted));
  else report(place, 'E101', node, `this is ${show(found.type)}, and ${show(type)} is needed`, helpFor(found, wanted));
  return { ...found, type };
}

/** What makes a `T?` a `T`. */
export function narrowHelp(type: Type): string {
  const example = type.kind === 'Bool' ? 'false' : type.kind === 'Money' ? '$0' : '…';
  return `say what holds without it: "?? ${example}", or ask for "!= null" first`;
}

function helpFor({ type, constant }: Typed, wanted: Type): string | undefined {
  if (typeof constant === 'number' && wanted.kind === 'Money') return `an amount of money is written $${constant}`;
  if (typeof constant === 'number' && wanted.kind === 'Duration') return `a duration has a unit: ${constant}ms`;
  if (typeof constant === 'string' && wanted.kind === 'Bool')
    return `a text is no condition: each is compared, as x == "a" or x == "b", or x in ["a", "b"]`;
  if (type.kind === 'Float' && wanted.kind === 'Int') return 'round(), floor() and ceil() make an Int of it';
  if (type.kind === 'Json' || (type.kind === 'optional' && type.of.kind === 'Json'))
    return 'as_string(), as_int(), as_float(), as_bool(), as_list() and as_map() read what JSON holds';
  if (wanted.kind === 'ModelId' && typeof constant === 'string')
    return `a model is written ${constant.includes('/') ? `@${constant}` : `@"${constant}"`}`;
  if (wanted.kind === 'ModelId' && type.kind === 'Model') return 'its id is the field "id"';
  if (wanted.kind === 'Model' && type.kind === 'ModelId') return 'model() looks it up';
  if (wanted.kind === 'Time') return timeForm;
  return undefined;
}

/** A Bool, which is not null. */
export function condition(place: Place, node: Expression): Typed {
  return expect(place, node, { kind: 'Bool' });
}
