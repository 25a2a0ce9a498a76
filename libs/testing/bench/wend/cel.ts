// The representative policy in CEL, by two engines.
import { celEnv, isCelList, parse as bufParse, plan } from '@bufbuild/cel';
import { Environment } from '@marcbachmann/cel-js';
import type { Expressions } from './expressions.ts';

type Name = Exclude<keyof Expressions<never>, 'data'>;

/** CEL has no `??` for a field that is null, and no functions: the estimate is written out. Numbers of JavaScript are its doubles. */
const texts: Readonly<Record<Name, string>> = {
  nearlySpent: `(tenant.spent == null ? 0.0 : tenant.spent)
    + byId["openai/gpt-4.1"].price_in * request.tokens_in
    + byId["openai/gpt-4.1"].price_out * (request.max_tokens == null ? 512.0 : request.max_tokens)
    > (tenant.budget == null ? 1e18 : tenant.budget) * 0.9`,
  affordable: 'm.price_out != null && m.price_out <= 2000000.0',
  pii: 'request.pii == true',
  european: 'm.region == "eu"',
  vip: 'tenant.tier == "enterprise" && request.tokens_in <= 32000.0',
  long: 'request.tokens_in > 100000.0',
  healthy: `["google/gemini-2.5-pro", "ollama/llama3:70b"]
    .filter(id, !(id in health) || (!health[id].open && health[id].errors < 0.5))`,
  cheapest: '[models[0].id, models[1].id, models[2].id]',
};

export function celJs(): Expressions<object> {
  const environment = new Environment({ unlistedVariablesAreDyn: true });
  return expressions((text) => {
    const evaluate = environment.parse(text);
    return (data) => evaluate(data) as unknown;
  });
}

export function bufbuildCel(): Expressions<object> {
  const environment = celEnv();
  const asked = expressions((text) => {
    const evaluate = plan(environment, bufParse(text));
    return (data) => {
      const result: unknown = evaluate(data as never);
      return isCelList(result) ? [...result] : result;
    };
  });
  return {
    ...asked,
    data: (of) => Object.fromEntries(Object.entries(of).map(([name, value]) => [name, asMaps(value)])),
  };
}

/** It reads maps; a plain object is made one at every look. */
function asMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asMaps);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([key, item]) => [key, asMaps(item)]));
}

function expressions(compile: (text: string) => (data: object) => unknown): Expressions<object> {
  const list = (text: string) => compile(text) as (data: object) => Iterable<unknown>;
  return {
    data: (of) => of,
    nearlySpent: compile(texts.nearlySpent),
    affordable: compile(texts.affordable),
    pii: compile(texts.pii),
    european: compile(texts.european),
    vip: compile(texts.vip),
    long: compile(texts.long),
    healthy: list(texts.healthy),
    cheapest: list(texts.cheapest),
  };
}
