// `router usage`: what calls used, by tenant and model, and which calls have no end.
import { decodeRecords, meter, operatorInbox, RouterError, type MeterRecord } from '@router-mesh/contracts';
import { readFacts, type NatsConnection, type StoredFact } from '@router-mesh/wire';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { asOperator } from './access.ts';
import { allOptions } from './global-options.ts';
import { print, progress } from './output.ts';
import { readTenant } from './request-options.ts';
import { showOpen, showSums } from './show-usage.ts';
import { groupings, sumUp, UsageLedger, type Grouping } from './usage-sums.ts';

interface UsageOptions {
  /** Epoch ms. */
  readonly since: number;
  readonly tenant?: string;
  readonly by: Grouping;
  readonly open?: boolean;
}

const hour = 3_600_000;
const units: Readonly<Record<string, number>> = { s: 1000, min: 60_000, h: hour, d: 24 * hour };
/** A record is stored after its call was asked for, and the clocks of two machines differ. */
const clockSlackMs = 60_000;

const help = `
A call counts at the time at which policy let its request in. Tokens that no model reported are estimated. LATE are calls whose records waited on a disk for JetStream;
SWEPT those that nobody ended, closed with an estimate. CACHED are answers from the cache: no calls, and their tokens are in no sum.

Examples:
  router usage
  router usage --since 7d --tenant acme --by model
  router usage --open
  router usage --since 2026-11-01 --json | jq .total`;

export function addUsage(program: Command): void {
  program
    .command('usage')
    .summary('show what calls used')
    .description('Sum up what calls used, by tenant and model, from the records in METER. For operators.')
    .addOption(
      new Option('--since <when>', 'as 30min, 24h or 7d ago, or a time as 2026-11-22T06:00Z')
        .argParser(readSince)
        .default(Date.now() - 24 * hour, '24h'),
    )
    .option('--tenant <path>', 'of this tenant and those below it (default: of all)', readTenant)
    .addOption(new Option('--by <columns>', 'what to sum up by').choices(groupings).default('tenant,model'))
    .option('--open', 'list the calls that have begun and not ended')
    .addHelpText('after', help)
    .action(async (_options, command: Command) => {
      const options = allOptions<UsageOptions>(command);
      const { since, tenant, by } = options;
      const ledger = await asOperator(options, (nc) => read(nc, new UsageLedger({ since, tenant }), since));
      const now = Date.now();
      if (options.open) {
        const open = ledger.open.map((call) => ({ ...call, overdue: call.deadline < now }));
        return print(options, { since, open }, () => showOpen(open, now));
      }
      const sums = sumUp(ledger.ended, by);
      print(options, { since, ...sums, open: ledger.open.length }, () => showSums(sums, ledger.open.length));
    });
}

async function read(nc: NatsConnection, ledger: UsageLedger, since: number): Promise<UsageLedger> {
  const show = progress();
  let count = 0;
  const facts = readMeter(nc, since - clockSlackMs);
  for await (const { text, pending } of facts) {
    for (const record of recordsOf(text)) ledger.take(record);
    count += 1;
    show(() => `${count} messages read, ${pending} to go`);
  }
  show(undefined);
  return ledger;
}

/** @throws RouterError `unauthenticated` when these credentials may not read it, `not_found` when no provider has made it yet */
async function* readMeter(nc: NatsConnection, at: number): AsyncGenerator<StoredFact> {
  try {
    yield* readFacts(nc, meter, { inboxPrefix: operatorInbox, from: { at }, toEnd: true });
  } catch (error) {
    const said = error instanceof Error ? `${error.message} ${String(error.cause)}` : '';
    if (/permissions violation/i.test(said))
      throw new RouterError('unauthenticated', 'these credentials may not read METER; operators only', {
        cause: error,
      });
    if (/stream not found/i.test(said))
      throw new RouterError('not_found', 'there is no METER: no provider has run here yet', { cause: error });
    throw error;
  }
}

/** What is no record is nobody's usage, and no reason to tell of none. */
function recordsOf(text: string): MeterRecord[] {
  try {
    return decodeRecords(text);
  } catch {
    return [];
  }
}

/** `24h` → the time so long ago; a date or time → that. Epoch ms. @throws InvalidArgumentError */
function readSince(text: string): number {
  const [, count, unit = ''] = /^(\d{1,9})(s|min|h|d)$/.exec(text) ?? [];
  const at = count === undefined ? Date.parse(text) : Date.now() - Number(count) * (units[unit] ?? 0);
  if (Number.isNaN(at))
    throw new InvalidArgumentError('It must be as 30min, 24h or 7d, or a time as 2026-11-22T06:00Z.');
  return Math.max(0, at);
}
