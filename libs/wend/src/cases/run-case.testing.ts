// One case, run by both back ends; and what of the language it exercises.
import { isDeepStrictEqual } from 'node:util';
import { inputWith, type Changed } from '../decide/decide.testing.ts';
import { decide } from '../decide/decide.ts';
import type { Decision } from '../data/decision.ts';
import { explain } from '../decide/explain.ts';
import type { Input } from '../data/input.ts';
import { positionAt } from '../diagnostics/position.ts';
import { linkTexts, sourceOf } from '../link/link.testing.ts';
import type { LinkedPolicy } from '../link/link.ts';
import { runLimits } from '../limits.ts';
import { closures } from '../run/closures.ts';
import { generate } from '../run/generate.ts';
import { expanded, readJson, sourcesOf, type Case, type ExpectedDiagnostic } from './case.testing.ts';
import { catalogueOf } from './catalogue.testing.ts';

export interface Outcome {
  /** Undefined when there are errors. */
  readonly policy: LinkedPolicy | undefined;
  /** In the order in which they are told. */
  readonly diagnostics: readonly Required<ExpectedDiagnostic>[];
  /** With what is wrong, in words. */
  readonly said: readonly string[];
}

/** What linking says of the sources of a case. */
export function linkCase(one: Case): Outcome {
  const texts = sourcesOf(one);
  const { policy, diagnostics } = linkTexts(texts, optionsOf(one));
  const told = diagnostics.map(({ code, file, span }) => {
    const text = texts.find((other) => sourceOf(other).file === file) ?? '';
    return { code, ...positionAt(text, span.start), in: file.replace(/\.wend$/, '') };
  });
  return { policy, diagnostics: told, said: diagnostics.map(({ code, message }) => `${code} ${message}`) };
}

/**
 * What is decided.
 * @throws Error when the sources do not link, or the back ends, or `explain`, differ
 */
export function decideCase(one: Case): Decision {
  const facts = { input: inputOf(one), catalogue: catalogueOf(one.catalogue) };
  const linked = [generate, closures].map((backEnd) => {
    const { policy, diagnostics } = linkTexts(sourcesOf(one), { ...optionsOf(one), backEnd });
    if (policy !== undefined) return policy;
    throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join('\n'));
  });
  const [first, second] = linked;
  if (first === undefined || second === undefined) throw new Error('there are two back ends');
  const decision = decide(first, facts);
  for (const other of [decide(second, facts), explain(first, facts).decision])
    if (!isDeepStrictEqual(other, decision))
      throw new Error(`the back ends differ: ${JSON.stringify(other)} and ${JSON.stringify(decision)}`);
  return decision;
}

function optionsOf({ catalogue, limits = {} }: Case) {
  return { catalogue: catalogueOf(catalogue), limits: { ...runLimits, ...limits } };
}

const samples = readJson('samples.json') as Readonly<Record<string, Input>>;

function inputOf({ sample = 'default', input: changed = {} }: Case): Input {
  const input = expanded(changed) as Changed;
  const of = samples[sample];
  if (of === undefined) throw new Error(`there is no sample "${sample}"`);
  const { request, tenant, user, session, ...rest } = of;
  return inputWith({
    ...rest,
    ...input,
    request: { ...request, ...input.request },
    tenant: { ...tenant, ...input.tenant },
    user: { ...user, ...input.user },
    session: { ...session, ...input.session },
  });
}
