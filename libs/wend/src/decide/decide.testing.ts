// For tests: a decision by both back ends and by `explain`, which must be one and the same.
import { isDeepStrictEqual } from 'node:util';
import type { Decision } from '../data/decision.ts';
import type { Input } from '../data/input.ts';
import { sampleCatalogue } from '../data/sample-catalogue.ts';
import { sampleInput } from '../data/samples.ts';
import { linked } from '../link/link.testing.ts';
import type { LinkOptions } from '../link/link.ts';
import { closures } from '../run/closures.ts';
import { generate } from '../run/generate.ts';
import { decide, type Facts } from './decide.ts';
import { explain } from './explain.ts';

/** Of an input, what is to be other than in the sample; roots that are records are merged. */
export type Changed = {
  readonly [Root in keyof Input]?: Input[Root] extends object ? Partial<Input[Root]> : Input[Root];
};

export function inputWith(changed: Changed = {}): Input {
  const { request, tenant, user, session, ...rest } = changed;
  return {
    ...sampleInput,
    ...(rest as Partial<Input>),
    request: { ...sampleInput.request, ...request },
    tenant: { ...sampleInput.tenant, ...tenant },
    user: { ...sampleInput.user, ...user },
    session: { ...sampleInput.session, ...session },
  };
}

/**
 * What is decided of the sample with these changes.
 *
 * @param texts the leaf, then what it extends and imports
 * @throws when the back ends, or `explain`, differ, or when it takes more bytes than a decision may
 */
export function decided(
  texts: readonly [string, ...string[]],
  changed: Changed = {},
  { catalogue = sampleCatalogue, ...options }: Partial<LinkOptions> = {},
): Decision {
  const facts: Facts = { input: inputWith(changed), catalogue };
  const [one, other] = [generate, closures].map((backEnd) => linked(texts, { ...options, backEnd }));
  if (one === undefined || other === undefined) throw new Error('there are two back ends');
  const decision = decide(one, facts);
  const others = { closures: decide(other, facts), explain: explain(one, facts).decision };
  for (const [name, same] of Object.entries(others)) {
    if (!isDeepStrictEqual(same, decision) || JSON.stringify(same) !== JSON.stringify(decision)) {
      throw new Error(`${name} differs: ${JSON.stringify(same)}\nand not ${JSON.stringify(decision)}`);
    }
  }
  const bytes = Buffer.byteLength(JSON.stringify(decision));
  if (bytes > 32 * 1024) throw new Error(`a decision of ${bytes} bytes`);
  return decision;
}

/** A policy with these declarations, and a route that takes @openai/gpt-4.1 unless one is declared. */
export function policy(name: string, body: string, above?: string): string {
  const route = /\broute\b/.test(body) || above !== undefined ? '' : 'route default { candidates @openai/gpt-4.1 }';
  return `policy "${name}" ${above === undefined ? '' : `extends "${above}" `}{ ${body} ${route} }`;
}
