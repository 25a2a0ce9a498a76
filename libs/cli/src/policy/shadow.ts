// `router policy shadow`: a published version is evaluated beside the one in force.
import { policy as administration, tenantOfPolicy } from '@router-mesh/contracts';
import { call } from '@router-mesh/wire';
import type { Command } from 'commander';
import { asOperator } from '../access.ts';
import { showExamples } from '../documents.ts';
import { allOptions, type GlobalOptions } from '../global-options.ts';
import { print } from '../output.ts';
import { addPointerOptions, pointerFields, readShare, type PointerOptions } from './pointer-options.ts';
import { readPolicyRef, showVersion, type PolicyRef } from './policy-name.ts';

type Options = GlobalOptions & PointerOptions;

const examples = `router policy shadow acme/main@1.4.0
  router policy shadow acme/main@1.4.0 10%
  router policy shadow acme/main 0%`;

const help = `
Without a version it is that of the shadow that runs. Nobody is answered by a shadow. What it would have decided otherwise is told as events policy.differed.
`;

export function addShadow(policies: Command): void {
  const shadow = policies
    .command('shadow')
    .summary('evaluate a published version beside the one in force')
    .description(
      'Evaluate a published version beside the one in force, for a share of requests; 0% ends it. For operators.',
    )
    .argument('<policy>', 'as acme/main, or acme/main@1.4.0 for a version of it', readPolicyRef)
    .argument('[share]', 'as 10%; where none is named, 100%', readShare)
    .addHelpText('after', help + showExamples(examples));
  addPointerOptions(shadow).action(async (ref: PolicyRef, named: number | undefined, _options, command: Command) => {
    const share = named ?? 1;
    const options = allOptions<Options>(command);
    const request = { ...ref, share, ...pointerFields(options) };
    const moved = await asOperator(options, (nc) => call(nc, administration.shadow, tenantOfPolicy(ref.name), request));
    const shown = showVersion(moved);
    print(options, moved, () =>
      share === 0
        ? `${ref.name} has no shadow any more`
        : `${shown} is evaluated beside the version in force for ${share * 100} % of the requests of ${ref.name}`,
    );
  });
}
