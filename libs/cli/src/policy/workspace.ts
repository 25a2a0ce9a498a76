// The policies that a command is about, and what they are linked with.
import { createHash } from 'node:crypto';
import {
  closures,
  link,
  UnitCache,
  type BackEnd,
  type Catalogue,
  type Diagnostic,
  type LinkedPolicy,
  type Source,
} from '@router-mesh/wend';
import { modelsNamedBy, readCatalogue, usualCatalogue } from './catalogue.ts';
import { sourcesByName } from './named-sources.ts';
import { readSources } from './source-files.ts';
import { limitsOf, type WorkspaceOptions } from './workspace-options.ts';

/** A source, linked; `policy` is undefined when there are errors. */
export interface LinkedSource {
  readonly source: Source;
  readonly policy: LinkedPolicy | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** What it was checked against, or the models that it names. */
  readonly catalogue: Catalogue;
}

export interface Workspace {
  readonly sources: readonly Source[];
  readonly linked: readonly LinkedSource[];
  /** All that were read, for showing diagnostics. */
  readonly read: readonly Source[];
  /** Of all of them, each once. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Read and link what is named. @throws UsageError for files that are not there or not of their form */
export async function openWorkspace(
  paths: readonly string[],
  options: WorkspaceOptions & { readonly backEnd?: BackEnd; readonly live?: Catalogue },
): Promise<Workspace> {
  const sources = await readSources(paths);
  const resolve = sourcesByName(sources, options.library ?? []);
  const read = new Map(sources.map((source) => [source.file, source]));
  const units = new UnitCache();
  const linked: LinkedSource[] = [];
  for (const source of sources) {
    const known = options.live ?? (await knownModels(source, options));
    const { policy, diagnostics } = link(source, {
      resolve: (name, range) => {
        const found = resolve(name, range);
        if (found !== undefined) read.set(found.file, found);
        return found;
      },
      digest: sha256,
      backEnd: options.backEnd ?? closures,
      limits: limitsOf(options),
      units,
      ...(known === undefined ? {} : { catalogue: known }),
    });
    linked.push({ source, policy, diagnostics, catalogue: known ?? namedBy(policy) });
  }
  return {
    sources,
    linked,
    read: [...read.values()],
    diagnostics: once(linked.flatMap(({ diagnostics }) => diagnostics)),
  };
}

async function knownModels({ file }: Source, { catalogue }: WorkspaceOptions): Promise<Catalogue | undefined> {
  const path = catalogue ?? usualCatalogue(file);
  return path === undefined ? undefined : await readCatalogue(path);
}

function namedBy(policy: LinkedPolicy | undefined): Catalogue {
  return policy === undefined ? nothing : modelsNamedBy(policy);
}

const nothing: Catalogue = { revision: 'none', models: [], byId: new Map(), byAlias: new Map(), open: new Set() };

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What is wrong with a base is wrong for each policy that extends it. */
function once(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ code, file, span, message }) => {
    const key = JSON.stringify([code, file, span.start, span.end, message]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
