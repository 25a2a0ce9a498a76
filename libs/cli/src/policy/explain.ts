// `router policy explain`: why a request was decided as it was.
import { policy as administration } from '@router-mesh/contracts';
import { call } from '@router-mesh/wire';
import { InvalidArgumentError, type Command } from 'commander';
import { asOperator } from '../access.ts';
import { showExamples } from '../documents.ts';
import { allOptions, type GlobalOptions } from '../global-options.ts';
import { list, print, warning } from '../output.ts';
import { readTenant } from '../request-options.ts';
import { showSteps } from './show-steps.ts';

type ExplainOptions = GlobalOptions & { readonly tenant: string; readonly at?: number };

const examples = `router policy explain 01M8296MW5WPM3HBFYBN5VG5GV --tenant acme.web
  router policy explain 01M8296MW5WPM3HBFYBN5VG5GV --tenant acme --at 2026-11-22T06:00Z`;

const help = `
Policy logs a share of its decisions: ROUTER_DECISION_LOG. What of a request is masked there (ROUTER_DECISION_LOG_FIELDS) is not seen by guards now.
`;

type Explained = Awaited<
  ReturnType<typeof call<typeof administration.explain.request, typeof administration.explain.reply>>
>;

export function addExplain(policies: Command): void {
  policies
    .command('explain')
    .summary('show why a request was decided as it was')
    .description('Make the decision about a request again, from the log, and show every guard. For operators.')
    .argument('<request>', 'its id: router.request of an answer')
    .requiredOption('--tenant <path>', 'whose request it was', readTenant)
    .option('--at <time>', 'when it was made, where its id does not say it', readTime)
    .addHelpText('after', help + showExamples(examples))
    .action(async (request: string, _options, command: Command) => {
      const { tenant, at, ...options } = allOptions<ExplainOptions>(command);
      const asked = { request, ...(at === undefined ? {} : { at }) };
      const found = await asOperator(options, (nc) => call(nc, administration.explain, tenant, asked));
      print(options, found, () => show(found));
    });
}

/** @throws InvalidArgumentError */
function readTime(text: string): number {
  const at = /^\d{13}$/.test(text) ? Number(text) : Date.parse(text);
  if (!Number.isNaN(at)) return at;
  throw new InvalidArgumentError('It must be a time, as 2026-11-22T06:00Z, or epoch ms.');
}

function show({ request, tenant, at, policy, version, logged, steps, same, masked, catalogue }: Explained): string {
  const facts = list([
    ['request', `${request} of ${tenant}, ${new Date(at).toISOString()}`],
    ['policy', version === undefined ? policy : `${policy} ${version}`],
    [
      'decided',
      [logged.effect, logged.rule, logged.route, logged.picked].filter((one) => one !== undefined).join(', '),
    ],
  ]);
  const doubts = [
    ...(same ? [] : ['made again it comes out otherwise']),
    ...(catalogue.same ? [] : [`the catalogue has changed since: revision ${catalogue.then}, now ${catalogue.now}`]),
    ...(masked.length === 0 ? [] : [`not in the log, and so not seen by guards: ${masked.join(', ')}`]),
  ];
  return [facts, showSteps(steps), ...doubts.map((text) => `${warning('note:')} ${text}`)].join('\n\n');
}
