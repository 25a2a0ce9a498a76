// `router policy fmt`: policies written the one way.
import { writeFileSync } from 'node:fs';
import { format, hasErrors, parse, type Diagnostic, type Source } from '@router-mesh/wend';
import type { Command } from 'commander';
import { showExamples } from '../documents.ts';
import { exitCodes } from '../errors.ts';
import { allOptions, type GlobalOptions } from '../global-options.ts';
import { print } from '../output.ts';
import { asJson, showOnStderr } from './show-diagnostics.ts';
import { readSources } from './source-files.ts';

type FormatOptions = GlobalOptions & { readonly check?: boolean };

const examples = `router policy fmt
  router policy fmt --check policies/
  router policy fmt - < main.wend`;

export function addFormat(policies: Command): void {
  policies
    .command('fmt')
    .alias('format')
    .summary('write policies the one way')
    .description('Write policies the one way there is: in place, or to stdout what came from stdin. Needs no mesh.')
    .argument('[paths...]', 'files and folders, - for stdin', ['.'])
    .option('--check', 'write nothing; exit code 1 when something would change')
    .addHelpText('after', showExamples(examples))
    .action(async (paths: string[], _options, command: Command) => {
      const options = allOptions<FormatOptions>(command);
      const sources = await readSources(paths);
      const formatted = sources.map(formatOne);
      const diagnostics = formatted.flatMap((one) => one.diagnostics);
      const changed = formatted.filter(({ source, text }) => text !== undefined && text !== source.text);
      const wrong = hasErrors(diagnostics) || (options.check && changed.length > 0);
      process.exitCode = wrong ? exitCodes.refused : exitCodes.ok;
      if (!options.json) showOnStderr(diagnostics, sources);
      if (!options.check) formatted.forEach(write);
      if (paths.includes('-') && !options.check) return;
      const names = changed.map(({ source }) => source.file);
      const told = {
        changed: names,
        unchanged: sources.length - names.length,
        diagnostics: asJson(diagnostics, sources),
      };
      print(options, told, () => showChanged(names, sources.length, options));
    });
}

interface Formatted {
  readonly source: Source;
  /** Undefined when its syntax is wrong: then it stays as it is. */
  readonly text: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

function formatOne(source: Source): Formatted {
  const parsed = parse(source.text, source.file);
  const diagnostics = parsed.diagnostics.filter(({ severity }) => severity === 'error');
  return { source, text: diagnostics.length > 0 ? undefined : format(parsed.source), diagnostics };
}

function write({ source, text }: Formatted): void {
  if (text === undefined) return;
  if (source.file === 'stdin') process.stdout.write(text);
  else if (text !== source.text) writeFileSync(source.file, text);
}

function showChanged(names: readonly string[], count: number, { check }: FormatOptions): string {
  const files = `${count} ${count === 1 ? 'file' : 'files'}`;
  if (names.length === 0) return `${files}, nothing to change`;
  return [...names, `${names.length} of ${files} ${check ? 'would change' : 'changed'}`].join('\n');
}
