// The commands together: their common options, what each failure says, and the exit code.
import { Command, CommanderError } from 'commander';
import cliPackage from '../package.json' with { type: 'json' };
import { addChat } from './chat.ts';
import { addDecide } from './decide.ts';
import { exitCodes, tellFailure } from './errors.ts';
import { addGlobalOptions, type GlobalOptions } from './global-options.ts';
import { addNatsUser } from './nats-user.ts';
import { addPolicy } from './policy/policy.ts';
import { addProviders } from './providers.ts';
import { addStatus } from './status.ts';
import { addTenants } from './tenants.ts';
import { addUp } from './up.ts';
import { addUsage } from './usage.ts';

const examples = `
Examples:
  router up
  router chat "hi" --stream
  router status`;

const codes = `
Exit codes: 0 ok; 1 the mesh answered with an error (or could not start); 2 wrong usage; 3 no NATS there, or it does not let us in.`;

/** Run the command that the command line names, and set the exit code. */
export async function runProgram(): Promise<void> {
  // Whoever reads our output may stop before its end, as `head` does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.refused),
  );
  const program = await createProgram();
  try {
    await program.parseAsync();
  } catch (thrown) {
    const code = thrown instanceof CommanderError ? usageCode(thrown) : tellFailure(thrown, program.opts());
    // A connection that never came to be may still hold a socket: what is written is written, then it is over.
    process.stdout.write('', () => process.exit(code));
  }
}

async function createProgram(): Promise<Command> {
  const program = new Command('router')
    .description('Run a Router Mesh on this machine, talk to one, and look after it.')
    .version(cliPackage.version)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: (message, write) => write(`router: ${oneLine(message)}; see router --help\n`) })
    .addHelpText('after', examples)
    .addHelpText('afterAll', codes)
    .hook('preAction', (command) => {
      if (!command.opts<GlobalOptions>().color) useNoColor();
    })
    .exitOverride();
  addGlobalOptions(program);
  for (const add of [addUp, addChat, addDecide, addStatus, addUsage]) add(program);
  await addPolicy(program);
  for (const add of [addProviders, addTenants, addNatsUser]) add(program);
  return program;
}

/** As Node and the processes that we start understand it. */
function useNoColor(): void {
  process.env['NO_COLOR'] = '1';
  delete process.env['FORCE_COLOR'];
}

/** Commander has said it already: help that was asked for is no mistake. */
function usageCode({ exitCode }: CommanderError): number {
  return exitCode === 0 ? exitCodes.ok : exitCodes.usage;
}

/** `error: unknown option '--x'` and its suggestion, as one line without the prefix. */
function oneLine(message: string): string {
  return message
    .trim()
    .replace(/^error: /, '')
    .replace(/\.?\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
}
