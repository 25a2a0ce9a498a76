// `router decide`: what would become of a request, without calling a model.
import { modelId, type Decision } from '@router-mesh/contracts';
import type { Command } from 'commander';
import { connectAsTenant } from './access.ts';
import { allOptions } from './global-options.ts';
import { list, print } from './output.ts';
import { readPrompt } from './prompt.ts';
import { addRequestOptions, type RequestOptions } from './request-options.ts';

const examples = `
Examples:
  router decide "hi" --model auto
  router decide "hi" --tenant acme.web --json`;

export function addDecide(program: Command): void {
  addRequestOptions(program.command('decide'))
    .summary('show where a request would go')
    .description(
      'Ask policy what would become of a request: the models that would be tried and the stops it would visit. No model is called.',
    )
    .argument('[text...]', 'what would be asked; read from stdin when it is absent or -')
    .addHelpText('after', examples)
    .action(async (words: string[], _options, command: Command) => {
      const options = allOptions<RequestOptions>(command);
      const messages = [{ role: 'user', content: await readPrompt(words) }];
      const client = await connectAsTenant(options);
      try {
        const decision = await client.decide({ model: options.model, messages });
        print(options, decision, () => show(decision));
      } finally {
        await client.close();
      }
    });
}

function show({ tenant, plan, itinerary }: Decision): string {
  return list([
    ['tenant', tenant],
    ['policy', plan.policy],
    ['route', plan.route],
    ['models', plan.candidates.map(modelId).join(', then ')],
    ['itinerary', ['policy', ...itinerary].join(' → ')],
  ]);
}
