// Chain to policy: the layers root to leaf, their imports and params, rules and routes in their order.
import type { Catalogue } from '../data/catalogue.ts';
import type { Decision } from '../data/decision.ts';
import type { Source } from '../data/source.ts';
import { hasErrors, type Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Unit } from '../ir/ir.ts';
import { stringBytes } from '../data/json.ts';
import { runLimits, sourceLimits, costModel, type RunLimits } from '../limits.ts';
import type { BackEnd, Instance } from '../run/instance.ts';
import { catalogueDiagnostics } from './catalogue-literals.ts';
import { exact } from '../exact.ts';
import { finish } from '../steps.ts';
import { instantiate } from './instantiate.ts';
import type { Layer, LinkedRule } from './layer.ts';
import { load } from './load.ts';
import { make, type Placed } from './make.ts';
import { orderBreakers, orderRoutes, orderRules, tooMany } from './order.ts';
import { UnitCache } from './unit-cache.ts';
import { failureDiagnostic } from './value-failure.ts';

export interface LinkOptions {
  /** Which source `name@range` stands for; undefined where there is none. */
  readonly resolve: (name: string, range: string | undefined) => Source | undefined;
  /** SHA-256 in hex, or as good. */
  readonly digest: (text: string) => string;
  readonly backEnd: BackEnd;
  readonly limits?: RunLimits;
  /** Where given, literals of the leaf that are not in it are errors, and those of what it stands on warnings. */
  readonly catalogue?: Catalogue;
  /** Units that other policies link too are checked and compiled once. */
  readonly units?: UnitCache;
}

/** Ready to decide. Immutable. */
export interface LinkedPolicy {
  /** A library can be linked for its tests; it decides nothing. */
  readonly kind: 'policy' | 'library';
  readonly name: string;
  readonly version: string | undefined;
  /** Of all its sources, root to leaf, with what they import; and of the limits, where they are not those of the language. */
  readonly digest: string;
  /** Root to leaf. */
  readonly layers: readonly Instance[];
  /** All that it was linked from, the leaf last. */
  readonly sources: readonly (Source & {
    readonly digest: string;
    readonly name: string;
    readonly version: string | undefined;
  })[];
  readonly limits: RunLimits;
  /** Of `sources`, in their order. */
  readonly units: readonly Unit[];
  /** In the order in which they are asked. */
  readonly rules: readonly LinkedRule[];
  readonly routes: readonly LinkedRule[];
  readonly breakers: Decision['breakers'];
  /** As a decision names it. */
  readonly identity: Decision['policy'];
  /** What every decision of it takes as JSON, beside its rules and their effects. */
  readonly ownBytes: number;
  /** Whether a layer that says something of the pipeline replaces what upper ones said, but for what is required. */
  readonly replacesPipeline: boolean;
}

export interface Linked {
  /** Undefined when there are errors. */
  readonly policy: LinkedPolicy | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Parse, check and link a policy with all that it extends and imports. Warnings are of the leaf alone. */
export function link(leaf: Source, options: LinkOptions): Linked {
  return finish(linkSteps(leaf, options));
}

/**
 * The same in steps, none of which takes longer than what docs/wend/limits.md says: a source parsed, a declaration checked, what is checked put together.
 * Other policies may be linked, and `units` swept, between two of them.
 */
export function* linkSteps(leaf: Source, options: LinkOptions): Generator<undefined, Linked> {
  const units = options.units ?? new UnitCache();
  const { loaded, diagnostics } = yield* load(leaf, options, units);
  if (loaded === undefined) return { policy: undefined, diagnostics };
  const { placed, diagnostics: found } = yield* make(loaded, units);
  diagnostics.push(...found);
  if (placed === undefined || hasErrors(diagnostics)) return { policy: undefined, diagnostics: sorted(diagnostics) };
  const { policy, diagnostics: more } = assemble(placed, options);
  diagnostics.push(...more);
  return { policy: hasErrors(diagnostics) ? undefined : policy, diagnostics: sorted(diagnostics) };
}

/** What a policy names that the catalogue does not have (now): warnings. */
export function checkCatalogue(policy: LinkedPolicy, catalogue: Catalogue): readonly Diagnostic[] {
  return policy.units.flatMap((unit) => catalogueDiagnostics(unit, catalogue, 'warning'));
}

const origins = new WeakMap<LinkedPolicy, Placed>();

/** The same policy by another back end. */
export function relink(policy: LinkedPolicy, backEnd: BackEnd): LinkedPolicy {
  const origin = origins.get(policy);
  if (origin === undefined) throw new Error(`"${policy.name}" was not linked here`);
  const { policy: other } = assemble(origin, { backEnd, limits: policy.limits, digest: () => policy.digest });
  if (other === undefined) throw new Error('the back ends differ');
  return other;
}

function assemble(
  placed: Placed,
  options: Pick<LinkOptions, 'backEnd' | 'limits' | 'digest' | 'catalogue'>,
): { policy: LinkedPolicy | undefined; diagnostics: readonly Diagnostic[] } {
  const { backEnd, limits = runLimits, catalogue } = options;
  const made = instantiate(placed, { backEnd, limits });
  if (made.failure !== undefined) return { policy: undefined, diagnostics: [failureDiagnostic(made.failure)] };
  const { layers } = made;
  const rules = orderRules(layers);
  const routes = orderRoutes(layers);
  const all = everything(placed);
  const diagnostics = [
    ...excess(rules, 'rules'),
    ...excess(routes, 'routes'),
    ...withoutDefault(routes, placed),
    ...(catalogue === undefined
      ? []
      : all.flatMap((one) => catalogueDiagnostics(one.unit, catalogue, one === placed ? 'error' : 'warning'))),
  ];
  const { kind, name, version } = placed.unit;
  const digest = options.digest([costModel, ...all.map((one) => one.digest), ...unusual(limits)].join('\n'));
  const identity = version === undefined ? { name, digest } : { name, version, digest };
  const policy: LinkedPolicy = {
    kind,
    name,
    version,
    digest,
    layers: layers.map(({ instance }) => instance),
    sources: all.map(sourceOf),
    limits,
    units: all.map(({ unit }) => unit),
    rules: exact(rules),
    routes: exact(routes),
    breakers: exact(orderBreakers(layers)),
    identity,
    ownBytes: ownBytes(identity, layers),
    replacesPipeline: layers[0]?.instance.unit.combine['pipeline'] === 'replace',
  };
  origins.set(policy, placed);
  return { policy, diagnostics };
}

/** INVARIANT (decision size): never less than it takes. */
function ownBytes({ name, version = '', digest }: Decision['policy'], layers: readonly Layer[]): number {
  let bytes = 800 + stringBytes(name) + version.length + digest.length;
  for (const { instance } of layers) bytes += 60 + stringBytes(instance.unit.name);
  return bytes;
}

/** Root to leaf, each behind what it imports; each once. */
function everything(leaf: Placed): readonly Placed[] {
  const all = new Set<Placed>();
  for (const layer of [...leaf.bases.toReversed(), leaf]) add(layer);
  return [...all];

  function add(placed: Placed): void {
    for (const library of placed.imports) add(library);
    all.add(placed);
  }
}

function sourceOf({ source, digest, unit, made }: Placed): LinkedPolicy['sources'][number] {
  const { file, text } = source;
  return (made.source ??= { file, text, digest, name: unit.name, version: unit.version });
}

function unusual({ fuel, bytes, depth }: RunLimits): readonly string[] {
  const usual = fuel === runLimits.fuel && bytes === runLimits.bytes && depth === runLimits.depth;
  return usual ? [] : [`fuel ${fuel} bytes ${bytes} depth ${depth}`];
}

function excess(ordered: Layer['rules'], what: string): readonly Diagnostic[] {
  const one = tooMany(ordered);
  if (one === undefined) return [];
  const message = `more than ${sourceLimits.rules} ${what} in one policy`;
  return [{ code: 'E427', severity: 'error', message, file: one.unit.unit.file, span: one.at }];
}

/** What the checker cannot see: that a route with a guard took the name of the one without. */
function withoutDefault(routes: Layer['routes'], { unit }: Placed): readonly Diagnostic[] {
  const [own] = unit.routes;
  if (own === undefined || routes.some(({ when }) => when === undefined)) return [];
  const message = 'no route is taken when none of the guards holds';
  return [{ code: 'E210', severity: 'error', message, file: unit.file, span: own.at }];
}

/** File by file in the order in which they were come upon, each from its top; nothing twice. */
function sorted(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const files = [...new Set(diagnostics.map(({ file }) => file))];
  const once = new Map(diagnostics.map((one) => [`${one.file}\n${one.code}\n${one.span.start}\n${one.message}`, one]));
  return [...once.values()].sort(
    (one, other) => files.indexOf(one.file) - files.indexOf(other.file) || one.span.start - other.span.start,
  );
}
