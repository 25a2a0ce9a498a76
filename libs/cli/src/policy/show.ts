// `router policy show`: one policy, its versions and what became of them.
import { platformTenant, policy as administration, tenantOfPolicy, type PolicyDocument } from '@router-mesh/contracts';
import { call } from '@router-mesh/wire';
import type { Command } from 'commander';
import { asOperator } from '../access.ts';
import { showExamples } from '../documents.ts';
import { UsageError } from '../errors.ts';
import { allOptions, type GlobalOptions } from '../global-options.ts';
import { list, print, table } from '../output.ts';
import { readPolicyRef, type PolicyRef } from './policy-name.ts';
import { showState } from './list.ts';
import { fromMesh } from './told-diagnostics.ts';
import { rendered } from './show-diagnostics.ts';

type ShowOptions = GlobalOptions & { readonly source?: boolean };

const examples = `router policy show acme/main
  router policy show acme/main@1.3.0 --source > before.wend
  router policy show default`;

export function addShow(policies: Command): void {
  policies
    .command('show')
    .summary('show a policy, its versions and its history')
    .description('Show a policy: what is in force, its versions, who did what and when. For operators.')
    .argument(
      '<policy>',
      'as acme/main, or acme/main@1.3.0 for a version of it, or the name of a built-in one',
      readAny,
    )
    .option('--source', 'print the source alone')
    .addHelpText('after', showExamples(examples))
    .action(async (ref: PolicyRef, _options, command: Command) => {
      const options = allOptions<ShowOptions>(command);
      const tenant = ref.name.includes('/') ? tenantOfPolicy(ref.name) : platformTenant;
      const found = await asOperator(options, (nc) => call(nc, administration.get, tenant, ref));
      if (options.source && !options.json) {
        if (found.source === undefined) throw new UsageError(`"${ref.name}" has no source`);
        return void process.stdout.write(found.source.source);
      }
      print(options, found, () => showOne(found, ref.version !== undefined));
    });
}

/** @throws InvalidArgumentError */
function readAny(text: string): PolicyRef {
  return /^[a-z0-9_-]{1,63}$/.test(text) ? { name: text } : readPolicyRef(text);
}

type Found = Awaited<ReturnType<typeof call<typeof administration.get.request, typeof administration.get.reply>>>;

function showOne(found: Found, withSource: boolean): string {
  const { name, of, summary, bundle, revision, document, source, digest } = found;
  const facts = list(
    (
      [
        ['policy', name],
        ['of', of],
        ['what', summary],
        ['state', showState(found)],
        ['bundle', bundle?.slice(0, 12) ?? ''],
        ['canary', found.canary === undefined ? '' : showShare(found.canary, found.canary.by)],
        ['shadow', found.shadow === undefined ? '' : showShare(found.shadow, 'requests')],
        ['revision', revision === undefined ? '' : String(revision)],
      ] as const
    ).filter(([, value]) => value !== ''),
  );
  const wrong = found.diagnostics === undefined ? [] : [rendered(fromMesh(found.diagnostics, []), [])];
  const text =
    source === undefined || !withSource ? [] : [`${digest?.slice(0, 12) ?? ''}:\n${source.source.trimEnd()}`];
  return [facts, ...(document === undefined ? [] : showDocument(document)), ...wrong, ...text]
    .filter((part) => part !== '')
    .join('\n\n');
}

function showShare({ share, digest }: { readonly share: number; readonly digest: string }, of: string): string {
  return `${digest.slice(0, 12)} for ${share * 100} % of ${of}`;
}

function showDocument({ active, versions, history }: PolicyDocument): string[] {
  const titles = (...names: string[]): { title: string }[] => names.map((title) => ({ title }));
  return [
    table(
      titles('VERSION', 'DIGEST', '', 'PUBLISHED', 'BY'),
      versions.map(({ version, digest, at, by }) => [
        version ?? '',
        digest.slice(0, 12),
        digest === active ? 'in force' : '',
        showTime(at),
        by,
      ]),
    ),
    table(
      titles('WHEN', 'WHAT', 'DIGEST', 'BY', 'WHY'),
      history.map(({ what, digest, by, at, why }) => [
        showTime(at),
        what.replaceAll('_', ' '),
        digest.slice(0, 12),
        by,
        why ?? '',
      ]),
    ),
  ];
}

function showTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}
