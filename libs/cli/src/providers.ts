// `router providers`: the documents that say where models are.
import { platformTenant, provider, type ProviderReport } from '@router-mesh/contracts';
import { call } from '@router-mesh/wire';
import type { Command } from 'commander';
import { asOperator } from './access.ts';
import { readDocument, readRevision, showExamples } from './documents.ts';
import { allOptions } from './global-options.ts';
import { print, table } from './output.ts';

const examples = {
  list: 'router providers list',
  get: 'router providers get openai > openai.json',
  add: `router providers add openai.json --revision 3
  router providers get demo | jq '.any_model = true' | router providers add -`,
};

type PutRequest = Parameters<typeof call<typeof provider.put.request, typeof provider.put.reply>>[3];

export function addProviders(program: Command): void {
  const providers = program
    .command('providers')
    .summary('list, show and write provider documents')
    .description('The documents that say where the models of a vendor are. For operators.')
    .addHelpText('after', showExamples(Object.values(examples).join('\n  ')));

  providers
    .command('list')
    .description('List the vendors and their models.')
    .addHelpText('after', showExamples(examples.list))
    .action(async (_options, command: Command) => {
      const options = allOptions(command);
      const found = await asOperator(options, (nc) => call(nc, provider.list, platformTenant, {}));
      print(options, found, () => showAll(found.providers));
    });

  providers
    .command('get')
    .description("Print a vendor's document; with --json beside its revision.")
    .argument('<vendor>', 'as openai')
    .addHelpText('after', showExamples(examples.get))
    .action(async (vendor: string, _options, command: Command) => {
      const options = allOptions(command);
      const found = await asOperator(options, (nc) => call(nc, provider.get, platformTenant, { vendor }));
      print(options, found, () => JSON.stringify(found.provider, undefined, 2));
      if (!options.json) process.stderr.write(`revision ${found.revision}\n`);
    });

  providers
    .command('add')
    .description("Write a vendor's document, over the one that stands there if there is one.")
    .argument('<file>', 'JSON; - reads stdin')
    .option('--revision <n>', 'only if this is its last revision; 0: only if there is none', readRevision)
    .addHelpText('after', showExamples(examples.add))
    .action(async (file: string, _options, command: Command) => {
      const { revision, ...options } = allOptions<{ revision?: number }>(command);
      const request = { provider: await readDocument(file), ...(revision === undefined ? {} : { revision }) };
      // What it must be is for the mesh to say: a newer one may know more fields than we do.
      const written = await asOperator(options, (nc) => call(nc, provider.put, platformTenant, request as PutRequest));
      print(options, written, () => `written as revision ${written.revision}`);
    });
}

function showAll(providers: readonly ProviderReport[]): string {
  if (providers.length === 0) return 'no providers; write one with router providers add';
  const rows = providers.map(({ vendor, base_url: url, region = '', key = 'none', models, any_model: any }) => {
    const names = models.map(({ name }) => name);
    return [vendor, url, region, key, [...names, ...(any ? ['any other'] : [])].join(', ')];
  });
  return table(
    [{ title: 'VENDOR' }, { title: 'BASE URL' }, { title: 'REGION' }, { title: 'KEY' }, { title: 'MODELS' }],
    rows,
  );
}
