// A leaf and all that it stands on: found, parsed, and in its place. Says what is missing, of the wrong kind, in a circle, or too much.
import type { Source } from '../data/source.ts';
import { Diagnostics, hasErrors, type Diagnostic, type Span } from '../diagnostics/diagnostic.ts';
import { sourceLimits } from '../limits.ts';
import { isRange, satisfies } from '../semver.ts';
import { parse } from '../syntax/parse.ts';
import { isReferenceName, splitReference, type Reference } from '../syntax/reference.ts';
import type { SourceFile } from '../syntax/tree.ts';
import type { LinkOptions } from './link.ts';
import type { Header, KnownText, UnitCache } from './unit-cache.ts';

/** A source in its place. */
export interface Loaded {
  readonly source: Source;
  readonly known: KnownText;
  readonly header: Header;
  /** Where it was parsed just now. */
  readonly tree: SourceFile | undefined;
  readonly base: Loaded | undefined;
  /** By the text of the import. */
  readonly imports: ReadonlyMap<string, Loaded>;
  /** Something is wrong with it that its checker does not say. */
  readonly broken: boolean;
  /** What was found when it was read. */
  readonly found: readonly Diagnostic[];
}

type Place = 'leaf' | 'base' | 'import';

/** Undefined where the leaf cannot even be read. Whatever is reported as an error keeps the policy from being linked. */
export function* load(
  leaf: Source,
  options: LinkOptions,
  units: UnitCache,
): Generator<undefined, { loaded: Loaded | undefined; diagnostics: Diagnostic[] }> {
  const diagnostics: Diagnostic[] = [];
  /** By text: the same text is the same source, whatever file it is said to be in. */
  const seen = new Map<KnownText, Loaded | undefined>();
  const loaded = yield* read(leaf, []);
  return { loaded, diagnostics };

  /** @param above what led here, the leaf first */
  function* read(source: Source, above: readonly Header[]): Generator<undefined, Loaded | undefined> {
    const known = units.text(source.text, options.digest);
    if (seen.has(known)) return seen.get(known);
    const { header, tree, found } = headerOf(source, known);
    yield;
    diagnostics.push(...found);
    if (header === undefined) {
      seen.set(known, undefined);
      return undefined;
    }
    const reporter = new Diagnostics(source.file);
    const path = [...above, header];
    const imports = new Map<string, Loaded>();
    for (const one of header.imports) {
      const target = yield* follow(one, 'import', path, reporter);
      if (target !== undefined) imports.set(one.value, target);
    }
    const base = header.extends === undefined ? undefined : yield* follow(header.extends, 'base', path, reporter);
    diagnostics.push(...reporter.list);
    const broken = reporter.hasErrors || hasErrors(found);
    const made: Loaded = { source, known, header, tree, base, imports, broken, found };
    seen.set(known, made);
    return made;
  }

  function* follow(
    text: Span & { readonly value: string },
    place: Place,
    path: readonly Header[],
    reporter: Diagnostics,
  ): Generator<undefined, Loaded | undefined> {
    const reference = splitReference(text.value);
    const { name, range } = reference;
    if (!isReferenceName(name) || (range !== undefined && !isRange(range))) {
      reporter.report(
        'E424',
        text,
        `"${text.value}" is no name with a range`,
        'write "name", "name@^1.2" or "name@1.2.3"',
      );
      return undefined;
    }
    if (path.some((header) => header.name === name)) {
      const circle = [...path.map((header) => header.name), name];
      reporter.report('E421', text, `"${name}" stands on itself: ${circle.join(' -> ')}`);
      return undefined;
    }
    if (place === 'base' && path.length >= sourceLimits.layers) {
      reporter.report('E425', text, `more than ${sourceLimits.layers} layers`);
      return undefined;
    }
    if (seen.size + path.length >= sourceLimits.units) {
      reporter.report('E426', text, `more than ${sourceLimits.units} sources in one policy`);
      return undefined;
    }
    const source = options.resolve(name, range);
    if (source === undefined) {
      reporter.report('E420', text, `there is no ${place === 'base' ? 'policy' : 'library'} "${text.value}"`);
      return undefined;
    }
    const target = yield* read(source, path);
    return target === undefined || !fits(target.header, reference, place, text, reporter) ? undefined : target;
  }
}

/** Whether what was found is what was asked for. */
function fits(header: Header, { name, range }: Reference, place: Place, span: Span, reporter: Diagnostics): boolean {
  const kind = place === 'base' ? 'policy' : 'library';
  if (header.kind !== kind) {
    const help =
      kind === 'policy' ? 'a library is imported: import "…" as name' : 'a policy is extended: policy "…" extends "…"';
    reporter.report('E422', span, `"${name}" is a ${header.kind}, a ${kind} is needed here`, help);
    return false;
  }
  if (header.name !== name) {
    reporter.report('E420', span, `what was found for "${name}" calls itself "${header.name}"`);
    return false;
  }
  // `*` takes what has no version too: there is nothing to compare.
  if (range !== undefined && range !== '*' && (header.version === undefined || !satisfies(header.version, range))) {
    const which = header.version === undefined ? 'has no version' : `is version ${header.version}`;
    reporter.report('E423', span, `"${name}" ${which}, which is not in the range "${range}"`);
    return false;
  }
  return true;
}

function headerOf(
  source: Source,
  known: KnownText,
): { header: Header | undefined; tree: SourceFile | undefined; found: readonly Diagnostic[] } {
  if (known.header !== undefined) return { header: known.header, tree: undefined, found: [] };
  const { source: tree, diagnostics } = parse(source.text, source.file);
  const { body } = tree;
  if (body === undefined) return { header: undefined, tree, found: diagnostics };
  const header: Header = {
    kind: body.kind,
    name: body.name.value,
    version: body.version?.value,
    extends: body.kind === 'policy' ? body.extends : undefined,
    imports: tree.imports.map(({ from }) => from),
  };
  if (diagnostics.length === 0) known.header = header;
  return { header, tree, found: diagnostics };
}
