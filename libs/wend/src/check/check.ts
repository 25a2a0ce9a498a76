// Tree to unit: names resolved, types inferred, fuel priced; or what is wrong with it.
import { Diagnostics, type Diagnostic } from '../diagnostics/diagnostic.ts';
import type { IrBreaker, IrFunction, IrRoute, IrRule, IrTest, IrValue, Unit, UnitName } from '../ir/ir.ts';
import { exact } from '../exact.ts';
import { each, finish } from '../steps.ts';
import { splitReference } from '../syntax/reference.ts';
import type { Declaration, Library, Policy, SourceFile } from '../syntax/tree.ts';
import type { Type } from '../types/type.ts';
import { ConstantTable } from './constants.ts';
import { checkBases } from './declarations/bases.ts';
import { checkBreaker, checkCombine, checkMeta } from './declarations/fixed.ts';
import { declareFunctions, checkFunction } from './declarations/functions.ts';
import { checkPurity } from './declarations/purity.ts';
import { checkRoutes } from './declarations/routes.ts';
import { checkRoute, checkRule } from './declarations/rules.ts';
import { checkTests } from './declarations/tests.ts';
import { defineTypes } from './declarations/type-definitions.ts';
import { checkValues } from './declarations/values.ts';
import { useOthers } from './imports.ts';
import { startOf, type UnitContext } from './place.ts';
import { checkName, checkVersion } from './reference.ts';
import { warnUnused } from './warnings/unused.ts';

/** What a source stands on, checked before it. */
export interface Surroundings {
  /** The layers above it, the nearest first. */
  readonly bases: readonly Unit[];
  /** By the text of the import: `name@range`. */
  readonly imports: ReadonlyMap<string, Unit>;
}

export interface Checked {
  readonly unit: Unit | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** The unit, unless there are errors; warnings beside it. `Unit.uses` are the imports in their order, then the bases. */
export function check(source: SourceFile, surroundings: Surroundings): Checked {
  return finish(checkSteps(source, surroundings));
}

/** The same, a declaration a step. */
export function* checkSteps(source: SourceFile, surroundings: Surroundings): Generator<undefined, Checked> {
  const diagnostics = new Diagnostics(source.file);
  const { body } = source;
  if (body === undefined) return { unit: undefined, diagnostics: [] };
  const context: UnitContext = {
    kind: body.kind,
    diagnostics,
    constants: new ConstantTable(),
    names: useOthers(source, surroundings, diagnostics),
    literals: [],
    regexes: new Set(),
    spent: { regexChars: 0 },
    innerAnds: new WeakSet(),
  };
  const unit = yield* checkBody(source, body, context, surroundings);
  const found = diagnostics.list.toSorted((one, other) => one.span.start - other.span.start);
  return { unit: diagnostics.hasErrors ? undefined : unit, diagnostics: found };
}

/** INVARIANT (order): types, then signatures, then params and consts in their order, then what runs. Each knows those before it. */
function* checkBody(
  source: SourceFile,
  body: Policy | Library,
  context: UnitContext,
  { bases }: Surroundings,
): Generator<undefined, Unit> {
  const place = startOf(context, 'value');
  checkName(place, body.name, source.text.slice(body.name.start, body.name.end));
  const version = checkVersion(place, body.version);
  const types = defineTypes(place, of(body, 'type'));
  const declared = declareFunctions(place, of(body, 'fn'));
  const values: readonly IrValue[] = checkValues(context, body.declarations);
  yield;
  const functions: readonly IrFunction[] = yield* each(declared, (one) => checkFunction(context, one));
  const rules: readonly IrRule[] = yield* each(of(body, 'rule'), (node) => checkRule(context, node));
  const routes: readonly IrRoute[] = yield* each(of(body, 'route'), (node) => checkRoute(context, node));
  const breakers: readonly IrBreaker[] = of(body, 'breaker').flatMap((node) => checkBreaker(place, node) ?? []);
  const tests: readonly IrTest[] = checkTests(context, of(body, 'test'));
  const isRoot = body.kind === 'policy' && body.extends === undefined;
  const unit: Unit = {
    kind: body.kind,
    file: source.file,
    name: body.name.value,
    version,
    text: source.text,
    uses: usesOf(source, bases),
    constants: exact(context.constants.list),
    functions,
    values,
    rules,
    routes,
    breakers,
    tests,
    combine: checkCombine(place, of(body, 'combine'), isRoot),
    meta: checkMeta(place, of(body, 'meta')),
    literals: exact(context.literals),
    types: types.size === 0 ? noTypes : types,
  };
  checkRoutes(place, body, bases);
  checkBases(place, body, unit);
  warnUnused(place, source, body);
  return { ...unit, functions: checkPurity(place, unit) };
}

const noTypes: ReadonlyMap<string, Type> = new Map();

function of<Kind extends Declaration['kind']>(
  { declarations }: Policy | Library,
  kind: Kind,
): readonly Extract<Declaration, { kind: Kind }>[] {
  return declarations.filter((one): one is Extract<Declaration, { kind: Kind }> => one.kind === kind);
}

function usesOf({ imports, body }: SourceFile, bases: readonly Unit[]): readonly UnitName[] {
  const nearest =
    body?.kind === 'policy' && body.extends !== undefined ? splitReference(body.extends.value) : undefined;
  const others = bases.map(({ name }, index) => ({ name, range: index === 0 ? nearest?.range : undefined }));
  return imports.map(({ from }): UnitName => splitReference(from.value)).concat(others);
}
