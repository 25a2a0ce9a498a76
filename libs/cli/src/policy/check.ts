// `router policy check`: what is wrong with policies.
import { hasErrors } from '@router-mesh/wend';
import type { Command } from 'commander';
import { showExamples } from '../documents.ts';
import { exitCodes } from '../errors.ts';
import { allOptions } from '../global-options.ts';
import { print } from '../output.ts';
import { checkInMesh } from './check-in-mesh.ts';
import { asJson, asSarif, rendered, type DiagnosticOptions } from './show-diagnostics.ts';
import { runOrWatch, type WatchOptions } from './watch.ts';
import { addWorkspaceOptions, workspaceHelp, type WorkspaceOptions } from './workspace-options.ts';
import { openWorkspace } from './workspace.ts';

type CheckOptions = DiagnosticOptions & WorkspaceOptions & WatchOptions;

const examples = `router policy check
  router policy check main.wend policies/ --library shared/
  router policy check --sarif > wend.sarif
  router policy check --server nats://127.0.0.1:4222`;

const help = `${workspaceHelp}
With --server the mesh checks it, each file for itself: against its models and the policies that are published there. Exit code 1 when there are errors; warnings are none.
`;

export function addCheck(policies: Command): void {
  const check = policies
    .command('check')
    .summary('say what is wrong with policies')
    .description(
      'Check policies and libraries: syntax, types, what they extend and import, the models that they name. Needs no mesh.',
    )
    .argument('[paths...]', 'files and folders, - for stdin', ['.'])
    .option('--sarif', 'answer in SARIF 2.1.0, for CI')
    .option('--watch', 'check again after each change, until Ctrl-C')
    .addHelpText('after', help + showExamples(examples));
  addWorkspaceOptions(check).action(async (paths: string[], _options, command: Command) => {
    const options = allOptions<CheckOptions>(command);
    await runOrWatch(paths, options, () => checkOnce(paths, options));
  });
}

async function checkOnce(paths: readonly string[], options: CheckOptions): Promise<void> {
  const { sources, read, diagnostics } =
    options.server === undefined ? await openWorkspace(paths, options) : await checkInMesh(paths, options);
  process.exitCode = hasErrors(diagnostics) ? exitCodes.refused : exitCodes.ok;
  if (options.sarif) return void process.stdout.write(`${asSarif(diagnostics, read)}\n`);
  const told = { files: sources.map(({ file }) => file), diagnostics: asJson(diagnostics, read) };
  const checked = `${sources.length} ${sources.length === 1 ? 'file' : 'files'} checked`;
  print(options, told, () =>
    diagnostics.length === 0 ? `${checked}, nothing is wrong` : `${rendered(diagnostics, read)}; ${checked}`,
  );
}
