// `router policy init`: a policy to begin with.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { showExamples } from '../documents.ts';
import { UsageError } from '../errors.ts';
import { allOptions } from '../global-options.ts';
import { print } from '../output.ts';
import { readPolicyName } from './policy-name.ts';
import { startingPolicy } from './starting-policy.ts';

const examples = `router policy init
  router policy init acme/main && router policy test main.wend --coverage`;

export function addInit(policies: Command): void {
  policies
    .command('init')
    .summary('write a policy to begin with')
    .description('Write a commented policy with tests into this folder: acme/chat becomes chat.wend. Needs no mesh.')
    .argument('[name]', 'a tenant path with / and a name; main is the one that judges', readPolicyName, 'demo/main')
    .addHelpText('after', showExamples(examples))
    .action((name: string, _options, command: Command) => {
      const options = allOptions(command);
      const file = `${name.slice(name.lastIndexOf('/') + 1)}.wend`;
      writeNew(file, startingPolicy(name));
      print(
        options,
        { file },
        () => `${file} is written. Next: router policy test ${file}, and router policy publish ${file}`,
      );
    });
}

/** @throws UsageError when it is there already */
function writeNew(file: string, text: string): void {
  try {
    writeFileSync(join(process.cwd(), file), text, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new UsageError(`"${file}" is there already: nothing was written`);
    throw new UsageError(`"${file}" cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
