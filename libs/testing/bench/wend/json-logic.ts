// The representative policy in JSON Logic, compiled to JavaScript by its engine.
import { LogicEngine } from 'json-logic-engine';
import type { Expressions } from './expressions.ts';

const value = (path: string, otherwise: unknown = null) => ({ var: [path, otherwise] });
const gpt = (field: string) => value(`byId.openai/gpt-4\\.1.${field}`); // the dot of the name is not one of the path

export function jsonLogic(): Expressions<object> {
  const engine = new LogicEngine();
  const compile = (logic: unknown) => engine.build(logic) as (data: object) => unknown;
  const list = (logic: unknown) => compile(logic) as (data: object) => Iterable<unknown>;
  const sound = (id: string) => {
    const of = (field: string) => value(`health.${id.replaceAll('.', '\\.')}.${field}`);
    return { if: [{ or: [of('open'), { '>=': [of('errors'), 0.5] }] }, [], [id]] };
  };
  return {
    data: (of) => of,
    nearlySpent: compile({
      '>': [
        {
          '+': [
            { '??': [value('tenant.spent'), 0] },
            { '*': [gpt('price_in'), value('request.tokens_in')] },
            { '*': [gpt('price_out'), { '??': [value('request.max_tokens'), 512] }] },
          ],
        },
        { '*': [{ '??': [value('tenant.budget'), 1e18] }, 0.9] },
      ],
    }),
    affordable: compile({
      and: [{ '!==': [value('m.price_out'), null] }, { '<=': [value('m.price_out'), 2_000_000] }],
    }),
    pii: compile({ '===': [value('request.pii'), true] }),
    european: compile({ '===': [value('m.region'), 'eu'] }),
    vip: compile({
      and: [{ '===': [value('tenant.tier'), 'enterprise'] }, { '<=': [value('request.tokens_in'), 32_000] }],
    }),
    long: compile({ '>': [value('request.tokens_in'), 100_000] }),
    healthy: list({ merge: [sound('google/gemini-2.5-pro'), sound('ollama/llama3:70b')] }),
    cheapest: list([value('models.0.id'), value('models.1.id'), value('models.2.id')]),
  };
}
