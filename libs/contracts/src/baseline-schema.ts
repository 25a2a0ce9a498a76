// Whether the schema of a message changed only as it may within router.v2.
import type { Direction } from './generate/messages.ts';
import { same, show } from './same.ts';

type Schema = Readonly<Record<string, unknown>>;

/**
 * What a change of a JSON schema breaks, a sentence each; none when it breaks nothing.
 *
 * Optional fields may be added anywhere. Beyond that a message that we take may allow more (further values, fields that need not be there),
 * and one that we tell may not: an older reader would refuse it or miss something.
 */
export function schemaViolations(before: unknown, after: unknown, where: string, direction: Direction): string[] {
  if (same(before, after)) return [];
  if (!isSchema(before) || !isSchema(after)) return [`${where}: was ${show(before)} and is ${show(after)}`];
  const keywords = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keywords].flatMap((keyword): string[] => {
    const [was, is] = [before[keyword], after[keyword]];
    switch (keyword) {
      case 'description':
        return [];
      case 'properties':
        return properties(was, is, where, direction);
      case 'required':
        return required(before, after, where, direction);
      case 'additionalProperties':
        return rest(was, is, where, direction);
      case 'items':
      case 'propertyNames':
        return schemaViolations(was, is, `${where}[${keyword}]`, direction);
      case 'anyOf':
      case 'oneOf':
        return branches(was, is, where, direction);
      case 'type':
        return values(list(was), list(is), `${where}: type`, direction);
      case 'enum':
        return values(was, is, `${where}: value`, direction);
      case 'const':
        // A constant that became a list of values is told of by `enum`.
        return values(
          was === undefined ? before['enum'] : [was],
          is === undefined ? after['enum'] : [is],
          `${where}: value`,
          direction,
        );
      default:
        return same(was, is) ? [] : [`${where}: ${keyword} was ${show(was)} and is ${show(is)}`];
    }
  });
}

function properties(was: unknown, is: unknown, where: string, direction: Direction): string[] {
  const [before, after] = [isSchema(was) ? was : {}, isSchema(is) ? is : {}];
  return Object.entries(before).flatMap(([name, schema]) =>
    name in after
      ? schemaViolations(schema, after[name], `${where}.${name}`, direction)
      : [`${where}.${name}: was removed`],
  );
}

function required(before: Schema, after: Schema, where: string, direction: Direction): string[] {
  const [was, is] = [names(before['required']), names(after['required'])];
  const fields = isSchema(after['properties']) ? after['properties'] : {};
  const added = is.filter((name) => !was.includes(name)).map((name) => `${where}.${name}: is required now`);
  const dropped = was
    .filter((name) => !is.includes(name) && name in fields)
    .map((name) => `${where}.${name}: may be absent now`);
  return direction === 'told' ? [...added, ...dropped] : added;
}

/** Fields without a name in the schema: allowed, refused, or of a form. */
function rest(was: unknown, is: unknown, where: string, direction: Direction): string[] {
  const open = (schema: unknown): boolean => schema === undefined || schema === true || same(schema, {});
  if (same(was, is) || (open(was) && open(is))) return [];
  if (was === false && open(is)) return [];
  if (isSchema(was) && isSchema(is) && !open(was) && !open(is))
    return schemaViolations(was, is, `${where}[any]`, direction);
  return [`${where}: further fields were ${show(was)} and are ${show(is)}`];
}

function branches(was: unknown, is: unknown, where: string, direction: Direction): string[] {
  if (!Array.isArray(was) || !Array.isArray(is) || is.length < was.length)
    return [`${where}: a form was removed or all of it changed`];
  if (is.length > was.length && direction === 'told')
    return [`${where}: a form was added, which older readers do not know`];
  return was.flatMap((branch: unknown, index) =>
    schemaViolations(branch, is[index], `${where}[form ${index}]`, direction),
  );
}

/** Absent means that any value will do. */
function values(was: unknown, is: unknown, where: string, direction: Direction): string[] {
  if (!Array.isArray(was) && !Array.isArray(is)) return [];
  if (!Array.isArray(is))
    return direction === 'taken'
      ? []
      : [`${where}s were ${show(was)} and are any now, which older readers do not know`];
  if (!Array.isArray(was)) return [`${where}s were any and are ${show(is)}`];
  const removed = was
    .filter((value: unknown) => !is.includes(value))
    .map((value) => `${where} ${show(value)} was removed`);
  const added = is
    .filter((value: unknown) => !was.includes(value))
    .map((value) => `${where} ${show(value)} was added, which older readers do not know`);
  return direction === 'told' ? [...removed, ...added] : removed;
}

function list(type: unknown): unknown {
  return type === undefined || Array.isArray(type) ? type : [type];
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
