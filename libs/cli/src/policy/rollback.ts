// `router policy rollback`: back to the version before.
import { policy as administration, tenantOfPolicy } from '@router-mesh/contracts';
import { call } from '@router-mesh/wire';
import type { Command } from 'commander';
import { asOperator } from '../access.ts';
import { showExamples } from '../documents.ts';
import { allOptions, type GlobalOptions } from '../global-options.ts';
import { print } from '../output.ts';
import { addPointerOptions, pointerFields, type PointerOptions } from './pointer-options.ts';
import { readPolicyRef, showVersion, type PolicyRef } from './policy-name.ts';

type RollbackOptions = GlobalOptions & PointerOptions & { readonly why?: string };

const examples = `router policy rollback acme/main
  router policy rollback acme/main@1.4.0 --why "denies everybody"`;

export function addRollback(policies: Command): void {
  const rollback = policies
    .command('rollback')
    .summary('go back to the version before')
    .description(
      'Withdraw the canary; where there is none, put the version before in force again, or the one that is named. For operators.',
    )
    .argument('<policy>', 'as acme/main, or acme/main@1.4.0 to go to that version', readPolicyRef)
    .option('--why <text>', 'for the history')
    .addHelpText('after', showExamples(examples));
  addPointerOptions(rollback).action(async (ref: PolicyRef, _options, command: Command) => {
    const { why, ...options } = allOptions<RollbackOptions>(command);
    const request = {
      ...ref,
      ...(why === undefined ? {} : { why }),
      ...pointerFields(options),
    };
    const back = await asOperator(options, (nc) =>
      call(nc, administration.rollback, tenantOfPolicy(ref.name), request),
    );
    print(options, back, () => {
      const shown = showVersion(back);
      return back.what === 'canary_withdrawn'
        ? `the canary of ${ref.name} is withdrawn, ${shown} judges all of it`
        : `${ref.name} is back at ${shown}`;
    });
  });
}
