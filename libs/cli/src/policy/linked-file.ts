// One policy that a command works on: linked, or told what is wrong with it.
import type { BackEnd, Catalogue, LinkedPolicy, Source } from '@router-mesh/wend';
import { exitCodes, UsageError } from '../errors.ts';
import { print } from '../output.ts';
import { asJson, showOnStderr, type DiagnosticOptions } from './show-diagnostics.ts';
import { type WorkspaceOptions } from './workspace-options.ts';
import { openWorkspace } from './workspace.ts';

export interface LinkedFile {
  readonly source: Source;
  readonly policy: LinkedPolicy;
  readonly catalogue: Catalogue;
}

/** Undefined when it has errors: they are told then, and the exit code is set. Warnings are told too. @throws UsageError for a library */
export async function linkedOrTold(
  file: string,
  options: DiagnosticOptions & WorkspaceOptions & { readonly backEnd?: BackEnd; readonly live?: Catalogue },
): Promise<LinkedFile | undefined> {
  const { linked, read, diagnostics } = await openWorkspace([file], options);
  const [first] = linked;
  if (first?.policy?.layers.at(-1)?.unit.kind === 'library')
    throw new UsageError(`"${file}" is a library: it decides nothing`);
  if (first?.policy !== undefined) {
    if (!options.json) showOnStderr(diagnostics, read);
    return { source: first.source, policy: first.policy, catalogue: first.catalogue };
  }
  process.exitCode = exitCodes.refused;
  if (options.json) print(options, { diagnostics: asJson(diagnostics, read) }, () => '');
  else showOnStderr(diagnostics, read);
  return undefined;
}
