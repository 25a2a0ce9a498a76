// Everybody who can be asked the representative policy, with what each of them leaves to others.
import { closures, decide, generate, type Decision, type Facts } from '@router-mesh/wend';
import { byHand } from './by-hand.ts';
import { bufbuildCel, celJs } from './cel.ts';
import { hostOf } from './expressions.ts';
import { jsonLogic } from './json-logic.ts';
import { jsonata } from './jsonata.ts';
import { outlineOf, representative, type Outline } from './representative.ts';

export const contenderNames = [
  'wend',
  'wend, closures',
  'JavaScript by hand',
  'cel-js',
  '@bufbuild/cel',
  'json-logic-engine',
  'jsonata',
] as const;
export type ContenderName = (typeof contenderNames)[number];

export interface Contender {
  readonly name: ContenderName;
  /** All that is done once a policy and a request is done here: what is returned is timed. */
  readonly ask: (facts: Facts) => () => unknown;
  readonly outline: (answer: unknown) => Outline;
  /** What of the policy it cannot express, so that the host does it, or nobody. */
  readonly lacks: string;
}

const same = (answer: unknown) => answer as Outline;
const decision = (answer: unknown) => outlineOf(answer as Decision);
const expressionsLack =
  'rules, effects, their combination and order of routes (host in JavaScript); the weighted split; layers; fuel';

export function contenders(): readonly Contender[] {
  const [wend, closed] = [representative(generate), representative(closures)];
  const [marc, buf, logic] = [celJs(), bufbuildCel(), jsonLogic()];
  return [
    { name: 'wend', ask: (facts) => () => decide(wend, facts), outline: decision, lacks: '' },
    { name: 'wend, closures', ask: (facts) => () => decide(closed, facts), outline: decision, lacks: '' },
    {
      name: 'JavaScript by hand',
      ask: (facts) => () => byHand(facts),
      outline: decision,
      lacks: 'layers, fuel, explanation, checks of types',
    },
    { name: 'cel-js', ask: (facts) => hostOf(marc, facts), outline: same, lacks: `functions; ${expressionsLack}` },
    {
      name: '@bufbuild/cel',
      ask: (facts) => hostOf(buf, facts),
      outline: same,
      lacks: `functions; ${expressionsLack}`,
    },
    {
      name: 'json-logic-engine',
      ask: (facts) => hostOf(logic, facts),
      outline: same,
      lacks: `functions, types; ${expressionsLack}`,
    },
    {
      name: 'jsonata',
      ask: jsonata,
      outline: same,
      lacks:
        'the weighted split (no keyed hash), configurations of extensions, layers, types, fuel; answers asynchronously',
    },
  ];
}

/** Whoever gives another outline than Wend does, with both. */
export async function disagreements(all: readonly Contender[], requests: readonly Facts[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [place, facts] of requests.entries()) {
    const outlines = new Map<ContenderName, string>();
    for (const { name, ask, outline } of all) outlines.set(name, JSON.stringify(outline(await ask(facts)())));
    const expected = outlines.get('wend');
    for (const [name, given] of outlines) {
      if (sorted(given) !== sorted(expected)) found.push(`${name}, request ${place}: ${given}, not ${expected}`);
    }
  }
  return found;
}

/** Of matched rules the order is the policy's own, not the answer's. */
function sorted(outline: string | undefined): string {
  const { rules, ...rest } = JSON.parse(outline ?? '{}') as Outline;
  const { route, candidates, fallbacks, maxTokens, extensions } = rest;
  return JSON.stringify([rules.toSorted(), route, candidates, fallbacks, maxTokens, extensions]);
}
