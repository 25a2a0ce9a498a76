// `router policy list`: the policies that there are.
import { platformTenant, policy as administration, type PolicyReport } from '@router-mesh/contracts';
import { call } from '@router-mesh/wire';
import type { Command } from 'commander';
import { asOperator } from '../access.ts';
import { showExamples } from '../documents.ts';
import { allOptions } from '../global-options.ts';
import { print, table } from '../output.ts';
import { readTenant } from '../request-options.ts';
import { showVersion } from './policy-name.ts';

const examples = `router policy list
  router policy list acme.web --json | jq -r .holds`;

export function addList(policies: Command): void {
  policies
    .command('list')
    .summary('list policies')
    .description('List the policies of a tenant and those below it, and which one judges its requests. For operators.')
    .argument('[tenant]', 'only this one and those below it', readTenant)
    .addHelpText('after', showExamples(examples))
    .action(async (tenant: string | undefined, _options, command: Command) => {
      const options = allOptions(command);
      const found = await asOperator(options, (nc) => call(nc, administration.list, tenant ?? platformTenant, {}));
      print(options, found, () => {
        const holds =
          tenant === undefined || found.holds === undefined ? [] : [`${tenant} is judged by ${found.holds}`];
        return [showAll(found.policies), ...holds].join('\n\n');
      });
    });
}

function showAll(found: readonly PolicyReport[]): string {
  if (found.length === 0) return 'no policies; write one with router policy init, and router policy publish it';
  const columns = ['POLICY', 'STATE', 'VERSION', 'SINCE', 'BY', 'CANARY', 'SHADOW'].map((title) => ({ title }));
  return table(columns, found.map(row));
}

function row(report: PolicyReport): string[] {
  const { name, active, canary, shadow } = report;
  return [
    name,
    showState(report),
    active === undefined ? '' : showVersion(active),
    active === undefined ? '' : new Date(active.at).toISOString().slice(0, 16).replace('T', ' '),
    active?.by ?? '',
    canary === undefined ? '' : `${canary.share * 100} % of ${canary.by}`,
    shadow === undefined ? '' : `${shadow.share * 100} %`,
  ];
}

/** `stale`: the newest version does not link any more, and the last good link judges; `broken`: nothing can. */
export function showState({ builtin, state }: Pick<PolicyReport, 'builtin' | 'state'>): string {
  if (builtin) return 'built in';
  return state === 'linked' ? 'in force' : (state ?? 'not in force');
}
