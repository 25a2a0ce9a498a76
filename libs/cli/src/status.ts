// `router status`: who is running, how busy, and by which documents.
import { setTimeout as sleep } from 'node:timers/promises';
import { RouterError } from '@router-mesh/contracts';
import type { NatsConnection } from '@router-mesh/wire';
import type { Command } from 'commander';
import { asOperator } from './access.ts';
import { allOptions } from './global-options.ts';
import { readInstance, withRates, type Instance } from './instances.ts';
import { print } from './output.ts';
import { showStatus } from './show-status.ts';

/** Nobody knows how many will answer: nothing for so long means that all have. */
const stallMs = 250;
const longestMs = 2000;
/** Rates are what happened in this time. */
const betweenMs = 1000;

const help = `
Rates are of one second, so that is how long it looks. Latencies and counts are of each instance since its start.

Examples:
  router status
  router status --json | jq '.instances[] | {service, instance, missing}'
  watch router status`;

export function addStatus(program: Command): void {
  program
    .command('status')
    .summary('show what is running')
    .description(
      'Show the instances of every service, how busy they are, and the revisions of the documents that they act on. For operators.',
    )
    .addHelpText('after', help)
    .action(async (_options, command: Command) => {
      const options = allOptions(command);
      await asOperator(options, async (nc) => {
        const instances = await look(nc);
        const server = { url: nc.getServer(), version: nc.info?.version ?? '' };
        print(options, { server, instances }, () => showStatus(server, instances, Date.now()));
      });
    });
}

/** Ask twice, for the rates. @throws RouterError `unavailable` when nobody answers */
async function look(nc: NatsConnection): Promise<Instance[]> {
  const started = performance.now();
  const before = await ask(nc);
  await sleep(betweenMs - (performance.now() - started));
  const seconds = (performance.now() - started) / 1000;
  const now = await ask(nc);
  if (now.length > 0) return withRates(before, now, seconds);
  throw new RouterError('unavailable', 'no service is running', { details: { reason: 'not_running' } });
}

async function ask(nc: NatsConnection): Promise<Instance[]> {
  const instances: Instance[] = [];
  try {
    for await (const message of await nc.requestMany('$SRV.STATS', '', {
      strategy: 'stall',
      stall: stallMs,
      maxWait: longestMs,
    })) {
      const instance = readInstance(message.json());
      if (instance !== undefined) instances.push(instance);
    }
  } catch (error) {
    if (error instanceof Error && /Permissions Violation/.test(error.message))
      throw new RouterError('unauthenticated', 'these credentials may not ask for it; operators only', {
        cause: error,
      });
    if (!(error instanceof Error && error.name === 'NoResponders')) throw error;
  }
  return instances;
}
