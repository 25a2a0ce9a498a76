// Declaring a local variable.
import type { Name } from '../syntax/tree.ts';
import { isInputRoot } from '../types/input-schema.ts';
import type { Type } from '../types/type.ts';
import { report, type Place } from './place.ts';
import type { Local } from './scope.ts';
import { spanOf } from './span.ts';

/** In the scope of the place. A name that is taken is an error: no name means two things at one place. */
export function declare(place: Place, name: Name, type: Type, kind: Local['kind']): Local {
  const { locals } = place.procedure;
  const before = place.scope.find(name.text);
  const taken =
    before !== undefined
      ? `a ${before.kind === 'let' || before.kind === 'var' ? `"${before.kind}"` : before.kind} of this name is in scope`
      : isInputRoot(name.text) || name.text === 'decision'
        ? 'the input has this name'
        : place.unit.names.ownValue(name.text) !== undefined
          ? 'a param or const of this source has this name'
          : place.unit.names.isSpace(name.text)
            ? 'an import has this name'
            : undefined;
  if (taken !== undefined) report(place, 'E110', name, `"${name.text}" is taken: ${taken}`, 'choose another name');
  const local: Local = {
    name: name.text,
    slot: locals.length,
    type,
    kind,
    at: spanOf(name),
    arms: place.arms,
    used: false,
  };
  locals.push(local);
  place.scope.add(local);
  return local;
}
