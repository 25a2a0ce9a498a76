// `router policy canary`: a published version judges a share.
import { policy as administration, tenantOfPolicy } from '@router-mesh/contracts';
import { call } from '@router-mesh/wire';
import type { Command } from 'commander';
import { asOperator } from '../access.ts';
import { showExamples } from '../documents.ts';
import { allOptions, type GlobalOptions } from '../global-options.ts';
import { print } from '../output.ts';
import {
  addCanaryOptions,
  addPointerOptions,
  canaryFields,
  pointerFields,
  readSomeShare,
  type CanaryOptions,
  type PointerOptions,
} from './pointer-options.ts';
import { readPolicyRef, showVersion, type PolicyRef } from './policy-name.ts';

type Options = GlobalOptions & PointerOptions & CanaryOptions;

const examples = `router policy canary acme/main 25%
  router policy canary acme/main@1.4.0 5% --by requests --points 2`;

const help = `
Without a version it is that of the canary that runs. It is taken back by itself when it refuses, finds no candidate or fails more often than the version in force, by more than --points.
router policy publish acme/main puts it in force, router policy rollback acme/main withdraws it.
`;

export function addCanary(policies: Command): void {
  const canary = policies
    .command('canary')
    .summary('let a published version judge a share')
    .description('Let a published version judge a share of tenants or requests, or change that share. For operators.')
    .argument('<policy>', 'as acme/main, or acme/main@1.4.0 for a version of it', readPolicyRef)
    .argument('<share>', 'as 10%', readSomeShare)
    .addHelpText('after', help + showExamples(examples));
  addPointerOptions(addCanaryOptions(canary)).action(
    async (ref: PolicyRef, share: number, _options, command: Command) => {
      const options = allOptions<Options>(command);
      const request = {
        ...ref,
        canary: canaryFields(share, options),
        ...pointerFields(options),
      };
      const moved = await asOperator(options, (nc) =>
        call(nc, administration.canary, tenantOfPolicy(ref.name), request),
      );
      const shown = showVersion(moved);
      print(options, moved, () => `${shown} judges ${share * 100} % of the ${options.by ?? 'tenants'} of ${ref.name}`);
    },
  );
}
