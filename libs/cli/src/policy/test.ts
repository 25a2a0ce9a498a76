// `router policy test`: the tests that stand in policies.
import { hasErrors, runTests, type Source, type TestReport } from '@router-mesh/wend';
import type { Command } from 'commander';
import { showExamples } from '../documents.ts';
import { exitCodes } from '../errors.ts';
import { allOptions, type GlobalOptions } from '../global-options.ts';
import { print } from '../output.ts';
import { asJson, showOnStderr } from './show-diagnostics.ts';
import { showReports, testsAsJson } from './show-tests.ts';
import { runOrWatch, type WatchOptions } from './watch.ts';
import { addWorkspaceOptions, workspaceHelp, type WorkspaceOptions } from './workspace-options.ts';
import { openWorkspace } from './workspace.ts';

type TestOptions = GlobalOptions & WorkspaceOptions & WatchOptions & { readonly coverage?: boolean };

const examples = `router policy test
  router policy test main.wend --coverage
  router policy test policies/ --watch`;

const help = `${workspaceHelp}
Without one the tests run on the models that the policy names. Exit code 1 when a test fails or a policy has errors.
`;

export function addTest(policies: Command): void {
  const test = policies
    .command('test')
    .summary('run the tests in policies')
    .description('Run the tests that stand in policies. Needs no mesh.')
    .argument('[paths...]', 'files and folders, - for stdin', ['.'])
    .option('--coverage', 'say which rules and routes no test saw apply, or not apply, and which lines none entered')
    .option('--watch', 'run them again after each change, until Ctrl-C')
    .addHelpText('after', help + showExamples(examples));
  addWorkspaceOptions(test).action(async (paths: string[], _options, command: Command) => {
    const options = allOptions<TestOptions>(command);
    await runOrWatch(paths, options, () => testOnce(paths, options));
  });
}

/** A policy and what became of its tests. */
export interface Tested {
  readonly source: Source;
  readonly report: TestReport;
}

async function testOnce(paths: readonly string[], options: TestOptions): Promise<void> {
  const { linked, read, diagnostics } = await openWorkspace(paths, options);
  const coverage = options.coverage === true;
  const tested: Tested[] = linked.flatMap(({ source, policy, catalogue }) =>
    policy === undefined ? [] : [{ source, report: runTests(policy, { catalogue, coverage }) }],
  );
  const passed = tested.every(({ report }) => report.results.every((result) => result.passed));
  process.exitCode = passed && !hasErrors(diagnostics) ? exitCodes.ok : exitCodes.refused;
  if (!options.json) showOnStderr(diagnostics, read);
  const told = { tests: tested.map(testsAsJson), diagnostics: asJson(diagnostics, read) };
  print(options, told, () => showReports(tested));
}
