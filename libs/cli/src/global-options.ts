// The options that every command has.
import type { Command } from 'commander';

export interface GlobalOptions {
  readonly server?: string;
  readonly credentials?: string;
  readonly json?: boolean;
  /** False after `--no-color`. */
  readonly color: boolean;
}

export function addGlobalOptions(program: Command): void {
  program
    .option(
      '--server <url>',
      'NATS servers, comma separated (default: NATS_URL, else where `router up` runs, else nats://127.0.0.1:4222)',
    )
    .option(
      '--credentials <file>',
      'NATS credentials (default: ROUTER_NATS_CREDENTIALS; else for operators those of `router up`, found upwards from here)',
    )
    .option('--json', 'answer in JSON, one value a line; errors too')
    .option('--no-color', 'no colours; so do NO_COLOR=1 and an output that is no terminal');
}

/** The options of a command, and those that stand before it. */
export function allOptions<Own extends object>(command: Command): Own & GlobalOptions {
  return command.optsWithGlobals<Own & GlobalOptions>();
}
