// Policies of many rules: what a decision costs as they grow, and how much of it is the code of their guards.
import { decide, generate, runLimits, type LinkedPolicy } from '@router-mesh/wend';
import { linked, requests } from './representative.ts';
import type { Work } from './timing.ts';

export const ruleCounts = [10, 50, 200, 500] as const;
export const truths = ['no guard true', 'a tenth true'] as const;
export type Truth = (typeof truths)[number];

export const manyRules = (count: number, truth: Truth): string => `${count} rules, ${truth}`;
export const guardsOf = (work: string): string => `${work}: guards alone`;

export const manyRulesNames = ruleCounts.flatMap((count) =>
  truths.flatMap((truth) => [manyRules(count, truth), guardsOf(manyRules(count, truth))]),
);

/** Each beside its guards, which are called as `decide` calls them and with nothing around. */
export function manyRulesWorks(): readonly Work[] {
  const [facts] = requests;
  if (facts === undefined) throw new Error('there is no request');
  return ruleCounts.flatMap((count) =>
    truths.flatMap((truth): Work[] => {
      const name = manyRules(count, truth);
      const policy = linked({ file: 'many.wend', text: manyRulesText(count, truth) }, { backEnd: generate });
      return [
        { name, run: () => decide(policy, facts) },
        { name: guardsOf(name), run: guards(policy, facts) },
      ];
    }),
  );
}

/** Three lines a rule, and three around them. */
export function manyRulesText(count: number, truth: Truth): string {
  const rules = Array.from({ length: count }, (_, place) => {
    const guard =
      truth === 'a tenth true' && place % 10 === 0 ? `request.tokens_in > ${place % 90}` : falseGuard(place);
    return `  rule r${place} when ${guard} {\n    tag t${place} = ${place}\n  }`;
  });
  return ['policy "many" {', ...rules, '  route default { candidates cheapest(3) }', '}', ''].join('\n');
}

function falseGuard(place: number): string {
  switch (place % 5) {
    case 0:
      return `request.tokens_in > ${10_000 + place}`;
    case 1:
      return `tenant.tier == "enterprise" and request.tokens_in > ${place}`;
    case 2:
      return 'request.pii ?? false';
    case 3:
      return `request.lang == "l${place}"`;
    default:
      return `request.stream and request.model == "m${place}"`;
  }
}

type Run = Parameters<NonNullable<LinkedPolicy['rules'][number]['when']>['run']>[1];

function guards({ rules }: LinkedPolicy, { input, catalogue }: (typeof requests)[number]): () => number {
  const unused = () => undefined;
  const effects = { effect: unused, experiment: unused, beginArm: unused, endArm: unused };
  const meter = { limits: runLimits, ...runLimits, levels: 1000, effects: 1000, burn: unused, allocate: unused };
  const run: Run = { meter, input, catalogue, effects };
  return () => {
    meter.fuel = runLimits.fuel;
    let matched = 0;
    for (const { when, unit } of rules) if (when?.run(unit, run) === true) matched += 1;
    return matched;
  };
}
