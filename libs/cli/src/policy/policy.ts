// `router policy`: policies of the language Wend, on this machine and in the mesh.
import type { Command } from 'commander';
import { showExamples } from '../documents.ts';

const examples = `router policy init acme/main
  router policy check main.wend
  router policy test main.wend --coverage
  router policy publish main.wend --canary 10%
  router policy rollback acme/main`;

/** The commands themselves are loaded when one is asked for: with the language they are a fifth of the time in which any command starts. */
export async function addPolicy(program: Command): Promise<void> {
  const policies = program
    .command('policy')
    .summary('write, check, try, publish and explain policies')
    .description(
      'Policies decide where requests go. They are written in Wend: docs/wend. init, check, fmt, test, eval and bench need no mesh; the others are for operators.',
    )
    .addHelpText('after', showExamples(examples));
  if (!process.argv.includes(policies.name())) return;
  const { addCommands } = await import('./commands.ts');
  addCommands(policies);
}
