// `router policy publish`: a version for the mesh.
import { existsSync } from 'node:fs';
import { policy as administration, tenantOfPolicy, type PolicyDiagnostic } from '@router-mesh/contracts';
import { call } from '@router-mesh/wire';
import { hasErrors, parse, type Source } from '@router-mesh/wend';
import type { Command } from 'commander';
import { asOperator } from '../access.ts';
import { showExamples } from '../documents.ts';
import { exitCodes, UsageError } from '../errors.ts';
import { allOptions, type GlobalOptions } from '../global-options.ts';
import { print, warning } from '../output.ts';
import {
  addCanaryOptions,
  addPointerOptions,
  canaryFields,
  pointerFields,
  readShare,
  readSomeShare,
  type CanaryOptions,
  type PointerOptions,
} from './pointer-options.ts';
import { isPolicyName, policyRefOf, type PolicyRef } from './policy-name.ts';
import { asJson, showOnStderr } from './show-diagnostics.ts';
import { readSources } from './source-files.ts';
import { diagnosticsIn, fromMesh } from './told-diagnostics.ts';

type PublishOptions = GlobalOptions &
  PointerOptions &
  CanaryOptions & { readonly canary?: number; readonly shadow?: number | true };

const examples = `router policy publish main.wend
  router policy publish main.wend --canary 10% --by requests
  router policy publish main.wend --shadow
  router policy publish acme/main
  router policy publish acme/main@1.4.0`;

const help = `
The tenant is that of the policy's name: acme/web/main is of acme.web.
A policy with errors is refused: the version before it stays in force.
`;

export function addPublish(policies: Command): void {
  const publish = policies
    .command('publish')
    .summary('put a version in force')
    .description('Publish a policy: in force at once, as a canary or as a shadow. For operators.')
    .argument(
      '<what>',
      'a file, - for stdin, or what was published already: acme/main is its canary, acme/main@1.4.0 that version',
    )
    .option('--canary <share>', 'let it judge only a share: 10%', readSomeShare)
    .option(
      '--shadow [share]',
      'evaluate it beside the one in force, for a share of requests (100%), and tell what differs',
      readShare,
    )
    .addHelpText('after', help + showExamples(examples));
  addPointerOptions(addCanaryOptions(publish)).action(async (what: string, _options, command: Command) => {
    const options = allOptions<PublishOptions>(command);
    if (options.canary !== undefined && options.shadow !== undefined)
      throw new UsageError('a version is published with --canary or with --shadow, not with both');
    const request = byName(what) ?? (await bySource(what, options));
    if (request === undefined) return;
    await send(request, options);
  });
}

interface PublishRequest {
  readonly tenant: string;
  readonly fields: PolicyRef | { readonly source: string; readonly file: string };
  readonly sources: readonly Source[];
}

/** Undefined when a file is meant: `main.wend` is no name of a policy. */
function byName(what: string): PublishRequest | undefined {
  const ref = existsSync(what) ? undefined : policyRefOf(what);
  return ref && { tenant: tenantOfPolicy(ref.name), fields: ref, sources: [] };
}

/** Undefined when the text cannot even be read: that is told without asking the mesh. */
async function bySource(file: string, options: PublishOptions): Promise<PublishRequest | undefined> {
  const sources = await readSources([file]);
  const [source] = sources;
  if (source === undefined || sources.length > 1)
    throw new UsageError(`"${file}" is a folder: publish one file at a time`);
  const parsed = parse(source.text, source.file);
  const name = parsed.source.body?.name.value;
  if (name === undefined || hasErrors(parsed.diagnostics)) {
    refuse(asJson(parsed.diagnostics, sources), sources, options);
    return undefined;
  }
  if (!isPolicyName(name))
    throw new UsageError(`"${name}" in "${file}" is no name for the mesh: it must be as acme/main`);
  return { tenant: tenantOfPolicy(name), fields: { source: source.text, file: source.file }, sources };
}

async function send({ tenant, fields, sources }: PublishRequest, options: PublishOptions): Promise<void> {
  const { canary, shadow } = options;
  const request = {
    ...fields,
    ...(canary === undefined ? {} : { canary: canaryFields(canary, options) }),
    ...(shadow === undefined ? {} : { shadow: { share: shadow === true ? 1 : shadow } }),
    ...pointerFields(options),
  };
  try {
    const published = await asOperator(options, (nc) => call(nc, administration.publish, tenant, request));
    if (!options.json) showOnStderr(fromMesh(published.diagnostics, sources), sources);
    const { name, version, digest, state, unchanged, revision } = published;
    const what = [name, version, digest.slice(0, 12)].filter((part) => part !== undefined).join(' ');
    const become = unchanged ? `was ${state} already` : `is ${state}`;
    const lines = [
      `${what} ${become}, revision ${revision}`,
      ...published.warnings.map((text) => `${warning('warning:')} ${text}`),
    ];
    print(options, published, () => lines.join('\n'));
  } catch (thrown) {
    const told = diagnosticsIn(thrown);
    if (told === undefined || options.json) throw thrown;
    refuse(told, sources, options);
  }
}

function refuse(told: readonly PolicyDiagnostic[], sources: readonly Source[], options: PublishOptions): void {
  process.exitCode = exitCodes.refused;
  if (options.json) return print(options, { diagnostics: told }, () => '');
  showOnStderr(fromMesh(told, sources), sources);
  process.stderr.write('router: it was not published\n');
}
