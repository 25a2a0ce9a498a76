// Rules and routes as a whole: their names, that one of the routes is always taken, and those that never are.
import type { IrRoute, Unit } from '../../ir/ir.ts';
import { sourceLimits } from '../../limits.ts';
import type { Library, Policy, Route, Rule } from '../../syntax/tree.ts';
import { report, type Place } from '../place.ts';

export function checkRoutes(place: Place, body: Policy | Library, bases: readonly Unit[]): void {
  const rules = body.declarations.filter((one) => one.kind === 'rule');
  const routes = body.declarations.filter((one) => one.kind === 'route');
  sayTwice(place, rules);
  sayTwice(place, routes);
  sayTooMany(place, rules);
  const hasBases = bases.length > 0 || body.kind === 'library' || body.extends === undefined;
  if (routes.length > 0 && hasBases && ![...routes, ...bases.flatMap((base) => base.routes)].some(isDefault))
    report(
      place,
      'E210',
      body.name,
      'no route is taken when none of the guards holds',
      'add one without a guard: route default { … }',
    );
  warnUnreachable(place, routes, bases);
}

function sayTwice(place: Place, nodes: readonly (Rule | Route)[]): void {
  const names = new Set<string>();
  for (const { name, kind } of nodes) {
    if (names.has(name.text)) report(place, 'E109', name, `there are two ${kind}s "${name.text}"`);
    names.add(name.text);
  }
}

function sayTooMany(place: Place, rules: readonly Rule[]): void {
  const extra = rules[sourceLimits.rules];
  if (extra !== undefined) report(place, 'E212', extra.name, `a policy has ${sourceLimits.rules} rules at most`);
}

function isDefault({ when }: Route | IrRoute): boolean {
  return when === undefined;
}

/** `final` ones are asked first, and those of the layers above before these. */
function warnUnreachable(place: Place, routes: readonly Route[], bases: readonly Unit[]): void {
  const above = bases.flatMap((base) => base.routes).find((route) => route.final && isDefault(route));
  let before = above && `"${above.name}" of a layer above`;
  for (const route of [...routes.filter(({ final }) => final), ...routes.filter(({ final }) => !final)]) {
    if (before !== undefined)
      report(place, 'W303', route.name, `this route is never asked: ${before} has no guard and comes before it`);
    else if (isDefault(route)) before = `"${route.name.text}"`;
  }
}
