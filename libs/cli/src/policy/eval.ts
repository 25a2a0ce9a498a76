// `router policy eval`: what a policy decides about one request.
import { decide, explain } from '@router-mesh/wend';
import type { Command } from 'commander';
import { showExamples } from '../documents.ts';
import { UsageError } from '../errors.ts';
import { allOptions } from '../global-options.ts';
import { print } from '../output.ts';
import { readEvalInput } from './eval-input.ts';
import { liveCatalogue } from './live-catalogue.ts';
import { linkedOrTold } from './linked-file.ts';
import { showDecision } from './show-decision.ts';
import { showSteps } from './show-steps.ts';
import type { DiagnosticOptions } from './show-diagnostics.ts';
import { addWorkspaceOptions, workspaceHelp, type WorkspaceOptions } from './workspace-options.ts';

type EvalOptions = DiagnosticOptions &
  WorkspaceOptions & { readonly input?: string; readonly seed?: string; readonly trace?: boolean };

const examples = `router policy eval main.wend
  echo '{ "tenant": { "tier": "pro", "spent": "12.50" }, "now": "2026-11-22T06:00Z" }' | router policy eval main.wend --input - --trace
  router policy eval main.wend --seed 7 --json | jq .picked`;

const help = `${workspaceHelp}
With --server the models are those of the mesh. What the input leaves out is as in the sample request that tests start from.
`;

export function addEval(policies: Command): void {
  const evaluate = policies
    .command('eval')
    .summary('show what a policy decides about a request')
    .description('Show what a policy decides about one request. Needs no mesh, and calls no model.')
    .argument('<file>', 'a policy, - for stdin')
    .option('--input <file>', 'the request, as JSON; - reads stdin (default: the sample request)')
    .option('--seed <text>', 'what splits without a key of their own go by')
    .option('--trace', "show every rule's and route's guard too")
    .addHelpText('after', help + showExamples(examples));
  addWorkspaceOptions(evaluate).action(async (file: string, _options, command: Command) => {
    const options = allOptions<EvalOptions>(command);
    if (file === '-' && options.input === '-') throw new UsageError('stdin is either the policy or the input');
    const input = await readEvalInput(options.input, options.seed);
    const live = options.server === undefined ? undefined : await liveCatalogue(options);
    const linked = await linkedOrTold(file, { ...options, ...(live === undefined ? {} : { live }) });
    if (linked === undefined) return;
    const facts = { input, catalogue: linked.catalogue };
    if (options.trace) {
      const explanation = explain(linked.policy, facts);
      return print(
        options,
        explanation,
        () => `${showDecision(explanation.decision)}\n\n${showSteps(explanation.steps)}`,
      );
    }
    const decision = decide(linked.policy, facts);
    print(options, decision, () => showDecision(decision));
  });
}
