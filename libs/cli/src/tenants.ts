// `router tenants`: what is known of tenants, and their limits.
import { platformTenant, policy, type TenantReport } from '@router-mesh/contracts';
import { call } from '@router-mesh/wire';
import type { Command } from 'commander';
import { asOperator } from './access.ts';
import { readDocument, readRevision, showExamples } from './documents.ts';
import { allOptions } from './global-options.ts';
import { print, table } from './output.ts';
import { readTenant } from './request-options.ts';

const examples = {
  list: 'router tenants list\n  router tenants list acme',
  get: 'router tenants get acme > acme.json',
  put: `router tenants put acme acme.json --revision 3
  echo '{ "limits": { "rpm": 600, "concurrency": 20 } }' | router tenants put acme.web -`,
};

type PutRequest = Parameters<typeof call<typeof policy.tenantPut.request, typeof policy.tenantPut.reply>>[3];

export function addTenants(program: Command): void {
  const tenants = program
    .command('tenants')
    .alias('tenant')
    .summary("list, show and write tenants' documents: limits, longest times, suspension")
    .description(
      'The documents of tenants: their limits, their longest time, whether they are suspended. For operators.',
    )
    .addHelpText('after', showExamples(Object.values(examples).join('\n  ')));

  tenants
    .command('list')
    .description('List the tenants that have a document, and their limits.')
    .argument('[tenant]', 'only this one and those below it', readTenant)
    .addHelpText('after', showExamples(examples.list))
    .action(async (tenant: string | undefined, _options, command: Command) => {
      const options = allOptions(command);
      const found = await asOperator(options, (nc) => call(nc, policy.tenantList, tenant ?? platformTenant, {}));
      print(options, found, () => showAll(found.tenants));
    });

  tenants
    .command('get')
    .description("Print a tenant's own document; with --json beside its revision.")
    .argument('<tenant>', 'as acme or acme.web; platform for the whole mesh', readTenant)
    .addHelpText('after', showExamples(examples.get))
    .action(async (tenant: string, _options, command: Command) => {
      const options = allOptions(command);
      const found = await asOperator(options, (nc) => call(nc, policy.tenantGet, tenant, {}));
      print(options, found, () => JSON.stringify(found.document, undefined, 2));
      if (!options.json) process.stderr.write(`revision ${found.revision}\n`);
    });

  tenants
    .command('put')
    .description("Write a tenant's document, over the one that stands there if there is one.")
    .argument('<tenant>', 'as acme or acme.web; platform for the whole mesh', readTenant)
    .argument('<file>', 'JSON; - reads stdin')
    .option('--revision <n>', 'only if this is its last revision; 0: only if there is none', readRevision)
    .addHelpText('after', showExamples(examples.put))
    .action(async (tenant: string, file: string, _options, command: Command) => {
      const { revision, ...options } = allOptions<{ revision?: number }>(command);
      const request = { document: await readDocument(file), ...(revision === undefined ? {} : { revision }) };
      // What it must be is for the mesh to say: a newer one may know more fields than we do.
      const written = await asOperator(options, (nc) => call(nc, policy.tenantPut, tenant, request as PutRequest));
      const lines = [`written as revision ${written.revision}`, ...(written.warnings ?? [])];
      print(options, written, () => lines.join('\n'));
    });
}

interface Found {
  readonly tenant: string;
  readonly document: TenantReport;
  readonly revision: number;
}

function showAll(found: readonly Found[]): string {
  if (found.length === 0) return 'no tenant has a document; write one with router tenants put';
  const rows = found.map(({ tenant, document, revision }) => [
    tenant,
    showLimits(document),
    document.max_timeout_ms === undefined ? 'none' : `${document.max_timeout_ms} ms`,
    document.suspended === true ? 'yes' : 'no',
    String(revision),
  ]);
  const columns = ['TENANT', 'LIMITS', 'LONGEST TIME', 'SUSPENDED'].map((title) => ({ title }));
  return table([...columns, { title: 'REVISION', right: true }], rows);
}

/** `600 rpm, 20 at a time; openai/gpt-4: 60 rpm` */
function showLimits({ limits: { models = {}, ...all } = {} }: TenantReport): string {
  const parts = [
    showSome(all),
    ...Object.entries(models).map(([model, some]) => (showSome(some) === '' ? '' : `${model}: ${showSome(some)}`)),
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'none' : parts.join('; ');
}

function showSome({ rpm, tpm, concurrency }: NonNullable<TenantReport['limits']>): string {
  return [
    ...(rpm === undefined ? [] : [`${rpm} rpm`]),
    ...(tpm === undefined ? [] : [`${tpm} tpm`]),
    ...(concurrency === undefined ? [] : [`${concurrency} at a time`]),
  ].join(', ');
}
